"""How answers look: Components V2 views, one accent colour for each kind of answer."""
