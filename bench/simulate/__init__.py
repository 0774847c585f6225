"""`make simulate`: years of daily quotes in minutes, on a virtual clock, with all chance from one seed."""
