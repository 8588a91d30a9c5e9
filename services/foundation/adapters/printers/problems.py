"""What a printer's caller is told. Whether anything was given decides what the same request does when it is sent again."""

from ...errors import Refused, Unavailable


def away() -> Unavailable:
    """It does not answer, and nothing was given."""
    return Unavailable("PRINTER_AWAY", "switch it on and see to its cable, then send the same request again; nothing was printed",
                       field="printer")


def uncertain() -> Unavailable:
    """Some was given, and nobody knows what became of it."""
    return Unavailable("PRINT_UNCERTAIN", "the connection broke off: look whether paper has come; the same request sent again "
                       "prints a copy that says so", field="printer")


def no_paper() -> Refused:
    """It says so itself, before anything was given."""
    return Refused("OUT_OF_PAPER", "it has no paper or stands open: see to it and send the same request again; nothing was printed",
                   field="printer")
