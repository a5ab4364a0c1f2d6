"""The only packages that talk to vendors: one module each, behind small protocols of ours."""
