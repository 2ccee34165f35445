"""Columns of a list by which a population can be divided. The names are the scheme's, and never change."""

from enum import StrEnum


class Stratum(StrEnum):
    """What a list may say of each unit beside its reference."""

    SITE = "site"
    HIRER = "hirer"
    HOUSING = "housing"
    PAY_PERIOD = "pay_period"
    CONTRACT_PHASE = "contract_phase"
    LEAVER = "leaver"
    NATIONALITY_GROUP = "nationality_group"
