"""The commands: each cog parses, asks a service, renders and sends."""
