package dev.stretto.models;

/**
 * A network and its state: what every neural family stands on. Token ids or vectors go in, hidden
 * states come out; heads are apart. One call is exactly one pass.
 */
public interface Backbone extends Trainable {
  /**
   * A new, empty state.
   *
   * @param rows sequences beside each other, 1 or more
   * @param capacity the most positions of a row
   * @param kind how it is kept
   * @return owned by the caller, who closes it
   */
  State newState(int rows, int capacity, StateKind kind);

  /**
   * One pass.
   *
   * @param step what goes in, where it stands, what it sees and what stays in the state
   * @param state made by this network; as many rows as the input
   * @return hidden states, owned by the scope of the input's arrays. Throws
   *     IllegalArgumentException where a shape does not fit or the state is full.
   */
  Hidden forward(Step step, State state);

  /**
   * One pass over positions that see nothing but each other.
   *
   * @param step as for {@link #forward(Step, State)}
   * @return hidden states
   */
  default Hidden forward(Step step) {
    try (State none =
        newState(step.input().rows(), step.input().positions(), StateKind.FUNCTIONAL)) {
      return forward(step.peek(), none);
    }
  }

  /**
   * What a pass costs.
   *
   * @param shape of the pass
   * @return its closed form
   */
  Cost cost(Cost.Shape shape);

  /**
   * How many layers there are.
   *
   * @return 1 or more
   */
  int layers();

  /**
   * Width of the hidden states.
   *
   * @return D
   */
  int width();

  /**
   * The most positions of a row.
   *
   * @return a state's largest useful capacity
   */
  int maxLength();

  /** A network around another, and the same but for what it overrides. */
  interface Wrapper extends Backbone {
    /** {@return the network inside} */
    Backbone network();

    @Override
    default State newState(int rows, int capacity, StateKind kind) {
      return network().newState(rows, capacity, kind);
    }

    @Override
    default Hidden forward(Step step, State state) {
      return network().forward(step, state);
    }

    @Override
    default Cost cost(Cost.Shape shape) {
      return network().cost(shape);
    }

    @Override
    default int layers() {
      return network().layers();
    }

    @Override
    default int width() {
      return network().width();
    }

    @Override
    default int maxLength() {
      return network().maxLength();
    }

    @Override
    default Parameters parameters() {
      return network().parameters();
    }
  }
}
