"""Sample questionnaires and lists, and the script that writes them. Nothing of the product imports this package."""
