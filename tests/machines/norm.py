"""The published norm with few requirements, so that an audit is judged quickly under all of its rules."""

from collections import defaultdict

from tests.kit import scheme as published


def short() -> str:
    """Return a requirement of each weight about the agency, two of the middle one, and one about drawn units."""
    norm = published.plain_norm()
    agency = next(code for code, unit in norm["units"].items() if unit["is_agency"])
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for code, item in norm["requirements"].items():
        alike[item["severity"] if item["unit"] == agency else "drawn"].append(code)
    few = [code for weight, codes in alike.items() for code in codes[: 2 if weight == "major" else 1]]
    norm["requirements"] = {code: norm["requirements"][code] for code in few}
    used = {name: {item[name] for item in norm["requirements"].values()} for name in ("chapter", "unit")}
    norm["chapters"] = {code: norm["chapters"][code] for code in norm["chapters"] if code in used["chapter"]}
    norm["units"] = {code: norm["units"][code] for code in norm["units"] if code in used["unit"]}
    sizes = norm["sampling"]["expected_sizes"]
    norm["sampling"]["expected_sizes"] = [size for size in sizes if size["unit"] in used["unit"]]
    return published.norm_text(norm)
