package dev.stretto.models.language;

import dev.stretto.models.Backbone;
import dev.stretto.models.Cost;
import dev.stretto.models.Hidden;
import dev.stretto.models.Parameters;
import dev.stretto.models.State;
import dev.stretto.models.Step;

/** The network of a {@link HiddenTransfer} session: passes over trees carry pseudo states. */
record LookingAhead(HiddenTransfer model) implements Backbone {
  private Backbone body() {
    return model.body();
  }

  @Override
  public State newState(int rows, int capacity, State.Kind kind) {
    // pseudo states need places behind the nodes until the commit
    int most = HiddenTransfer.MOST_NODES * (1 + model.offsets());
    return body().newState(rows, capacity + most, kind);
  }

  @Override
  public Hidden forward(Step step, State state) {
    return step.write() instanceof Step.Write.Peek
        ? model.pass(step, state)
        : body().forward(step, state);
  }

  @Override
  public Cost cost(Cost.Shape shape) {
    return body().cost(shape);
  }

  @Override
  public int layers() {
    return body().layers();
  }

  @Override
  public int width() {
    return body().width();
  }

  @Override
  public int maxLength() {
    return body().maxLength();
  }

  @Override
  public Parameters parameters() {
    return body().parameters();
  }
}
