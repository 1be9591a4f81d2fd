package dev.stretto.tensor;

/**
 * A tree of seeds: every random decision has a name, so that adding one moves no other. {@code
 * SeedTree.of(7).child("shuffle").child(rank).rng()} is the same generator in every run, on every
 * machine, whatever else was drawn before.
 *
 * @param seed the seed of this node
 */
public record SeedTree(long seed) {

  /**
   * The root of a run.
   *
   * @param seed the run's seed, any number
   * @return the root
   */
  public static SeedTree of(long seed) {
    return new SeedTree(Rng.mix(seed));
  }

  /**
   * The node below this one under a name.
   *
   * @param name what is decided there, for example {@code "bucket"}
   * @return the child, the same for the same name
   */
  public SeedTree child(String name) {
    long hash = 0xCBF29CE484222325L;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * 0x100000001B3L;
    }
    return new SeedTree(Rng.mix(seed * 31 + Rng.mix(hash)));
  }

  /**
   * The node below this one under a number: a row, a position, a step, a rank.
   *
   * @param index any number
   * @return the child, the same for the same number
   */
  public SeedTree child(long index) {
    return new SeedTree(Rng.mix(seed * 31 + Rng.mix(index ^ 0x5851F42D4C957F2DL)));
  }

  /** {@return a new generator that starts at this node} */
  public Rng rng() {
    return new Rng(seed);
  }
}
