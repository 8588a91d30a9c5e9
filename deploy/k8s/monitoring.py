"""`make monitoring`: alert rules and dashboards of deploy/monitoring as objects of a cluster, YAML on standard output.

A rule file becomes a PrometheusRule, a dashboard a ConfigMap that Grafana's sidecar finds by its label. Both stay single files that
promtool and Grafana read as they are.
"""

import json
import sys
from pathlib import Path
from textwrap import indent

FOLDER = Path(__file__).resolve().parents[1] / "monitoring"
PART_OF = "app.kubernetes.io/part-of: dossier-post"


def rule(path: Path) -> str:
    """One file of alert rules."""
    return (f"apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n  name: postal-{path.stem}\n"
            f"  namespace: postal\n  labels: {{{PART_OF}}}\nspec:\n{indent(path.read_text(encoding='utf-8'), '  ')}")


def board(path: Path) -> str:
    """One dashboard."""
    text = json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False)
    return (f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: board-{path.stem}\n  namespace: postal\n"
            f"  labels: {{{PART_OF}, grafana_dashboard: \"1\"}}\ndata:\n  {path.name}: {json.dumps(text, ensure_ascii=False)}\n")


def main() -> int:
    """1 if there is nothing to be made of."""
    made = [rule(path) for path in sorted((FOLDER / "rules").glob("*.yaml"))]
    made += [board(path) for path in sorted((FOLDER / "dashboards").glob("*.json"))]
    sys.stdout.write("---\n".join(made))
    return 0 if made else 1


if __name__ == "__main__":
    sys.exit(main())
