"""Code 128 for S10 numbers: letters in set B, the nine digits' even run in set C. Source: ISO/IEC 15417."""

from functools import lru_cache

# Widths of bars and spaces of the 107 symbols, from the standard's table.
_WIDTHS = """
212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 123122
123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323
131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131
213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122
141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 124112
124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141
411131 211412 211214 211232 2331112
""".split()
_MODULES = ["".join(("0" if number % 2 else "1") * int(width) for number, width in enumerate(widths)) for widths in _WIDTHS]
_START_B, _CODE_B, _CODE_C, _STOP = 104, 100, 99, 106


@lru_cache(maxsize=16)
def symbols(text: str) -> tuple[int, ...]:
    """Symbol values with start, check and stop. Runs of four or more digits go to set C, two a symbol."""
    values, place, in_c = [_START_B], 0, False
    while place < len(text):
        run = len(text[place:]) - len(text[place:].lstrip("0123456789"))
        if run >= (2 if in_c else 4) and not (not in_c and run % 2):
            if not in_c:
                values.append(_CODE_C)
                in_c = True
            values.append(int(text[place:place + 2]))
            place += 2
            continue
        if in_c:
            values.append(_CODE_B)
            in_c = False
        values.append(ord(text[place]) - 32)
        place += 1
    check = (values[0] + sum(weight * value for weight, value in enumerate(values[1:], start=1))) % 103
    return (*values, check, _STOP)


def modules(text: str) -> str:
    """"1" for a bar's module, "0" for a space's, without the quiet zones (10 modules each)."""
    return "".join([_MODULES[value] for value in symbols(text)])


def length(text: str) -> int:
    """Modules of the whole, without the quiet zones: eleven a symbol, two more for the stop's last bar."""
    return 11 * len(symbols(text)) + 2
