"""Packs: metrics, traits and attributions written in the language itself."""
