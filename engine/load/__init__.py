"""Reading sources under a contract: canonical tables, a ledger of what was read, and what was refused."""
