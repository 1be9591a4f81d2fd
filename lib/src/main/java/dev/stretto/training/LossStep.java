package dev.stretto.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/**
 * The loss of a batch under the network that is being trained.
 *
 * @param <B> a batch
 */
@FunctionalInterface
public interface LossStep<B> {
  /**
   * The loss. Arrays that the step makes must live until the scope is closed, since the backward
   * pass reads them: none in a {@code try} of its own, and no product, quotient or power with a
   * plain number, which the engine closes at once ({@link dev.stretto.models.layers.Ops#times}).
   *
   * @param scope owns what the step makes, the weights' own results too; closed after the step
   * @param batch the batch
   * @return one number
   */
  NDArray loss(NDManager scope, B batch);

  /**
   * What a batch is worth, for budgets and progress.
   *
   * @param batch the batch
   * @return nothing where the loss does not count; a budget of steps needs no more
   */
  default Work work(B batch) {
    return Work.NONE;
  }
}
