"""From a due row to the carrier: claimed, cleared by the contact rules, written, handed over."""
