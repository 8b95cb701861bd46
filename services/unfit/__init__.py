"""One unfit item never stops the rest: isolated, set aside."""
