"""Pages on which owners set up the shop: what it is, what it promises, who may do what."""
