package dev.stretto.models.statespace;

import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.state.KvState;
import dev.stretto.models.state.RecurrentState;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Both memories of a hybrid network: states, which replay an accepted path, and keys and values,
 * which gather it.
 *
 * @param recurrent of the state-space layers
 * @param attention of the attention layers, if there are any
 */
record HybridState(RecurrentState recurrent, Optional<KvState> attention) implements State {
  private void both(Consumer<State> action) {
    action.accept(recurrent);
    attention.ifPresent(action);
  }

  @Override
  public StateKind kind() {
    return recurrent.kind();
  }

  @Override
  public int[] lengths() {
    return recurrent.lengths();
  }

  @Override
  public State fork() {
    return new HybridState(
        (RecurrentState) recurrent.fork(), attention.map(state -> (KvState) state.fork()));
  }

  @Override
  public void gather(int[] rows) {
    both(state -> state.gather(rows));
  }

  @Override
  public void commit(int[][] accepted) {
    both(state -> state.commit(accepted));
  }

  @Override
  public long floats() {
    return recurrent.floats() + attention.map(State::floats).orElse(0L);
  }

  private record Both(Mark recurrent, Optional<Mark> attention) implements Mark {
    @Override
    public void close() {
      recurrent.close();
      attention.ifPresent(Mark::close);
    }
  }

  @Override
  public Mark mark() {
    return new Both(recurrent.mark(), attention.map(State::mark));
  }

  @Override
  public void restore(Mark mark, boolean[] rows) {
    Both both = (Both) mark;
    recurrent.restore(both.recurrent(), rows);
    attention.ifPresent(state -> state.restore(both.attention().orElseThrow(), rows));
  }

  @Override
  public void close() {
    both(State::close);
  }
}
