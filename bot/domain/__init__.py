"""The rules of the product. Nothing here knows Discord, a database or a clock."""
