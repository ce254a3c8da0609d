"""Check digits. Each takes the characters without separators and says whether they fit."""

_D = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_P = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 5, 7, 6, 2, 8, 3, 0, 9, 4),
    (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7),
    (9, 4, 5, 3, 1, 2, 6, 8, 7, 0),
    (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5),
    (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)
_VIN = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "12345678123457923456789"), strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def luhn(digits: str) -> bool:
    """Cards, Canadian numbers, IHI, IMEI, South African numbers. All of one digit is no number."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and len(set(digits)) > 1


def verhoeff(digits: str) -> bool:
    """Aadhaar."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _D[check][_P[place % 8][int(digit)]]
    return check == 0


def nhs(digits: str) -> bool:
    """NHS, CHI and H&C numbers: modulus 11 over ten digits."""
    check = 11 - _weighted(digits, (10, 9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return (0 if check == 11 else check) == int(digits[9]) and len(set(digits)) > 1


def medicare_au(digits: str) -> bool:
    return digits[0] in "23456" and (
        _weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(digits[8])
    )


def npi(digits: str) -> bool:
    return luhn("80840" + digits)


def dea(code: str) -> bool:
    digits = code[2:]
    odd, even = (sum(int(digit) for digit in digits[begin:6:2]) for begin in (0, 1))
    return (odd + 2 * even) % 10 == int(digits[6])


def vin(code: str) -> bool:
    values = (int(letter) if letter.isdigit() else _VIN[letter] for letter in code)
    total = sum(value * weight for value, weight in zip(values, _VIN_WEIGHTS, strict=True))
    return "0123456789X"[total % 11] == code[8]


def iban(code: str) -> bool:
    turned = code[4:] + code[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def pesel(digits: str) -> bool:
    return (10 - _weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10) % 10 == int(digits[10])


def dni(code: str) -> bool:
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(code[:8]) % 23] == code[8]


def nir(digits: str) -> bool:
    """The French number with its key of two digits."""
    return 97 - int(digits[:13]) % 97 == int(digits[13:])


def chinese(code: str) -> bool:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[_weighted(code, weights) % 11] == code[17]


def nric(code: str) -> bool:
    total = _weighted(code[1:8], (2, 7, 6, 5, 4, 3, 2)) + (4 if code[0] in "TG" else 0)
    if code[0] == "M":
        return True
    return ("JZIHGFEDCBA" if code[0] in "ST" else "XWUTRQPNMLK")[total % 11] == code[8]


def nhi(code: str) -> bool:
    """New Zealand, the older form of three letters and four digits."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    values = [letters.index(letter) + 1 for letter in code[:3]] + [int(d) for d in code[3:6]]
    total = sum(value * weight for value, weight in zip(values, range(7, 1, -1), strict=True))
    return total % 11 != 0 and (11 - total % 11) % 10 == int(code[6])


def turkish(digits: str) -> bool:
    odd, even = (sum(int(digit) for digit in digits[begin:9:2]) for begin in (0, 1))
    return (odd * 7 - even) % 10 == int(digits[9]) and (
        sum(int(digit) for digit in digits[:10]) % 10 == int(digits[10])
    )


def dated(digits: str) -> bool:
    """Begins with a day and a month, or a year, a month and a day, of two digits each."""
    first, month, last = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    return 1 <= month <= 12 and (1 <= first <= 31 or 1 <= last <= 31)
