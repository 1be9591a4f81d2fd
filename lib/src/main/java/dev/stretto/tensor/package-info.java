/**
 * Shapes, masks and seeded randomness over DJL's tensors. {@link dev.stretto.tensor.SeedTree} names
 * every random decision, {@link dev.stretto.tensor.Rng} is the generator whose whole state is one
 * number. This package knows no other.
 */
package dev.stretto.tensor;
