"""The file a new protocol begins with: complete in form, refused until its author filled it."""

from datetime import date, timedelta

REVIEW_AFTER = timedelta(days=182)
_SKELETON = """\
# A reference text, not signed: a practitioner of the practice validates it before use. Format: docs/triage.md
# Fill every TODO: the file is refused while one is left. `telesec triage lint FILE` says what is missing.
format: 1
code: {code}
version: 1.0.0
state: draft
author: TODO
review_by: {review_by}
title: {{fr: TODO, en: TODO}}
default: same_day
floor: h48_72
synonyms: []
red_flags:
- id: todo_flag
  ask:
    fr: TODO ?
    you: TODO ?
    en: TODO?
  level: call15_now
  unknown_as: 'yes'
  source: TODO
  source_status: TODO
deciding:
- id: todo_ordinary
  effect: lower
  ask:
    fr: TODO ?
    en: TODO?
  level: h48_72
  unknown_as: 'no'
  source: TODO
  source_status: TODO
cases:
- {{name: typical, patient: {{age_years: 40, sex: F}}, answers: {{}}, level: TODO}}
- {{name: atypical, patient: {{age_years: 62, sex: M}}, answers: {{}}, level: TODO}}
- {{name: worst, patient: {{age_years: 80, sex: F}}, answers: {{todo_flag: yes}}, level: call15_now}}
- {{name: all_unknown, patient: {{}}, others: unknown, level: call15_now}}
- {{name: lowest, patient: {{age_years: 30, sex: M}}, answers: {{todo_ordinary: yes}}, level: h48_72}}
- {{name: third_party, patient: {{age_years: 50}}, answers: {{todo_flag: unknown}}, level: call15_now}}
"""


def skeleton(code: str, today: date) -> str:
    """Return the text of a new protocol; ``source_status: TODO`` and levels keep it from loading."""
    return _SKELETON.format(code=code, review_by=(today + REVIEW_AFTER).isoformat())
