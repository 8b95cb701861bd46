"""A week of campaigns in one process, step by step: a network that witnesses, a machine of rules, what must hold."""
