package dev.stretto.models;

/** What a training loop can train: something with named weights. */
public interface Trainable extends AutoCloseable {
  /**
   * The weights.
   *
   * @return all of them; owned by the network
   */
  Parameters parameters();

  @Override
  default void close() {
    parameters().close();
  }
}
