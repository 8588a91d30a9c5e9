"""How the page looks: one column, the system's fonts, three sizes, colour only for state, each with a shape and a word."""

STYLE = """
:root{--ink:#16202a;--paper:#fff;--soft:#4a5560;--line:#c9d0d6;--deep:#0b4a82;--done:#1b6e34;--trouble:#a4161a}
@media(prefers-color-scheme:dark){:root{--ink:#eef2f5;--paper:#11181f;--soft:#b4bfc9;--line:#3a4652;--deep:#8cc4f5;--done:#7fd69a;--trouble:#ff9a9d}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:18px/1.55 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main,header,footer{max-width:640px;margin:0 auto;padding:16px}
header{display:flex;justify-content:space-between;align-items:center;gap:16px;border-bottom:1px solid var(--line)}
header p{margin:0;display:flex;gap:12px;align-items:center;font-weight:600}
a{color:var(--deep);padding:12px 0;display:inline-block}
a:focus-visible{outline:3px solid var(--deep);outline-offset:2px}
h1{font-size:26px;line-height:1.3;margin:16px 0 8px}
h2{font-size:18px;margin:32px 0 8px;padding-top:16px;border-top:1px solid var(--line)}
dl{margin:16px 0;display:grid;gap:4px 16px;grid-template-columns:minmax(0,1fr)}
@media(min-width:480px){dl{grid-template-columns:minmax(0,2fr) minmax(0,3fr)}}
dt{color:var(--soft)}dd{margin:0 0 8px;font-weight:600}
.code{font-family:ui-monospace,Consolas,monospace;white-space:nowrap}
.soft{color:var(--soft)}.ok{color:var(--done)}.bad{color:var(--trouble)}
.todo{border-left:4px solid var(--deep);padding:8px 16px;margin:16px 0;font-weight:600}
ol{list-style:none;margin:0;padding:0}
li{padding:8px 0 8px 28px;position:relative}
li:before{content:"";position:absolute;left:4px;top:18px;width:10px;height:10px;border:2px solid var(--deep);border-radius:50%}
li:first-child:before{background:var(--deep)}
li span{display:block;color:var(--soft)}
footer{color:var(--soft);border-top:1px solid var(--line);margin-top:32px}
@media print{@page{size:A4;margin:12mm}body{font-size:10pt;line-height:1.3}main,header,footer{max-width:none;padding:4px 0}
header a{display:none}h1{font-size:15pt;margin:8px 0}h2{font-size:10pt;margin:10px 0 4px;padding-top:6px}footer{margin-top:8px}
ol{columns:2;column-gap:8mm}li{padding:3px 0 3px 24px;break-inside:avoid}li:before{top:6px}dl,p{margin:6px 0}}
"""

# A plain envelope whose flap is a check mark.
MARK = ('<svg width="32" height="24" viewBox="0 0 32 24" fill="none" stroke="currentColor" stroke-width="2.5" aria-hidden="true">'
        '<rect x="2" y="2" width="28" height="20"/><path d="M2 3l11 11L30 3"/></svg>')
