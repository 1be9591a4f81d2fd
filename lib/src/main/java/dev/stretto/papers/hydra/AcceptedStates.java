package dev.stretto.papers.hydra;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Parameters;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.layers.Transformer;
import dev.stretto.models.layers.TransformerConfig;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * What draft heads remember of rows: the state after the last accepted token, and the cache of a
 * layer that reads all of them.
 */
public final class AcceptedStates implements DraftHeads.Context {
  private final NDManager own;
  private final Optional<State> cache;
  private final BiFunction<NDArray, int[], NDArray> reader;
  private final BiFunction<NDArray, int[][], DraftHeads.Walk> start;
  private NDArray lastB1D;

  /**
   * Nothing read yet.
   *
   * @param own owns what is remembered; closed with this
   * @param cache of the layer, where there is one; closed with this
   * @param reader reads new states and their counts, and gives what drafts start from in their
   *     place (rows, n, width)
   * @param start a draft after last states (rows, 1, width) and the tokens before y_1
   */
  public AcceptedStates(
      NDManager own,
      Optional<State> cache,
      BiFunction<NDArray, int[], NDArray> reader,
      BiFunction<NDArray, int[][], DraftHeads.Walk> start) {
    this.own = own;
    this.cache = cache;
    this.reader = reader;
    this.start = start;
    lastB1D = own.create(0f);
  }

  /**
   * A layer over accepted states.
   *
   * @param target whose width it has
   * @param slack positions more than the target's longest text
   * @param own where its weights go
   * @return the layer
   */
  public static Transformer layer(CausalLm target, int slack, Parameters own) {
    int width = target.backbone().width();
    int positions = target.maxLength() + slack;
    return new Transformer(TransformerConfig.gpt(1, width, 0, positions).withHeads(1, 1), own);
  }

  /**
   * Such a layer's cache.
   *
   * @param layer where there is one
   * @param rows of the cache
   * @return the cache, to be closed by the caller
   */
  public static Optional<State> cache(Optional<Transformer> layer, int rows) {
    return layer.map(l -> l.newState(rows, l.maxLength(), StateKind.PREALLOCATED));
  }

  @Override
  public void read(NDArray statesBND, int[] counts) {
    int[][] last = new int[counts.length][1];
    for (int b = 0; b < counts.length; b++) {
      last[b][0] = Math.max(0, counts[b] - 1);
    }
    keep(DraftHeads.pick(own, reader.apply(statesBND, counts), last));
  }

  private void keep(NDArray fresh) {
    lastB1D.close();
    lastB1D = fresh;
  }

  @Override
  public DraftHeads.Walk walk(NDManager scope, int[][] texts) {
    NDArray h = lastB1D.duplicate();
    h.attach(scope);
    return start.apply(h, texts);
  }

  @Override
  public void gather(int[] rows) {
    cache.ifPresent(c -> c.gather(rows));
    keep(DraftHeads.rows(own, lastB1D, rows));
  }

  @Override
  public void close() {
    cache.ifPresent(State::close);
    own.close();
  }
}
