"""Vietnamese typing methods as they treat what a scanner types: the damage, written anew from the methods' own rules."""

import unicodedata

_VOWELS = "AEIOUY"
_TONES = {"TELEX": dict(zip("SFRXJ", "\u0301\u0300\u0309\u0303\u0323", strict=True)),
          "VNI": dict(zip("12345", "\u0301\u0300\u0309\u0303\u0323", strict=True))}
_SHAPED = {"TELEX": {"AA": "Â", "EE": "Ê", "OO": "Ô", "DD": "Đ", "AW": "Ă", "OW": "Ơ", "UW": "Ư"},
           "VNI": {"A6": "Â", "E6": "Ê", "O6": "Ô", "D9": "Đ", "A8": "Ă", "O7": "Ơ", "U7": "Ư"}}


def typed(text: str, method: str) -> str | None:
    """What stands in the field after the keys of ``text``; None where a key was swallowed (an undone or doubled mark)."""
    word: list[str] = []
    done = ""
    for key in text.upper():
        if not (key.isalpha() or (method == "VNI" and key.isdigit() and word)):
            done, word = done + "".join(word) + key, []
            continue
        changed = _with_mark(word, key, method)
        if changed == "lost":
            return None
        if changed is None and key.isdigit():
            done, word = done + "".join(word) + key, []
        elif changed is None:
            word.append("Ư" if method == "TELEX" and key == "W" else key)
    return unicodedata.normalize("NFC", done + "".join(word))


def _with_mark(word: list[str], key: str, method: str) -> str | None:
    """Marks a letter of the word in place; "lost" if the key undid an earlier one; None if it is a letter like any other."""
    for at in reversed(range(len(word))):
        plain = word[at]
        shaped = _SHAPED[method].get(plain + key)
        if shaped:
            word[at] = shaped
            return "done"
        bare = unicodedata.normalize("NFD", plain)
        if key in _TONES[method] and bare[0] in _VOWELS:
            if any(tone in bare for tone in _TONES[method].values()):
                return "lost"
            word[at] = plain + _TONES[method][key]
            return "done"
        if key + plain in ("AÂ", "EÊ", "OÔ", "DĐ", "WĂ", "WƠ", "WƯ", "6Â", "6Ê", "6Ô", "9Đ", "7Ơ", "7Ư", "8Ă"):
            return "lost"
    return "lost" if method == "TELEX" and key == "Z" and any(not letter.isascii() for letter in word) else None
