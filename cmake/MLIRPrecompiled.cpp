// Nothing of its own: the target that owns the precompiled header must have a source.
