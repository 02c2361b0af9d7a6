"""Promises of safety, each tried with inputs that mean harm. PATRON_FUZZ multiplies the seeded fuzz for a release."""
