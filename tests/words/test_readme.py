"""What the READMEs count is what is there."""

import re
import tomllib

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("README.md", r"(\d+) rules in force"),
        ("README.zh-CN.md", r"(\d+) 条\s*生效的规则"),
    ],
)
def test_the_number_of_rules_is_that_of_the_policy_page(name: str, told: str) -> None:
    pack = tomllib.loads((ROOT / "sla/policies/standard.toml").read_text("utf-8"))
    in_force = [rule for rule in pack["rules"] if rule.get("enabled", True)]
    text = (ROOT / name).read_text("utf-8")
    assert re.findall(told, text) == [str(len(in_force))]
