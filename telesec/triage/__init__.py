"""How urgent a call is: levels, protocols as data, their compiler, a pure engine, sessions.

Triage orients, it never diagnoses. The protocols are reference texts that a practice's doctor must validate
and sign; nothing here is CE-marked.
"""
