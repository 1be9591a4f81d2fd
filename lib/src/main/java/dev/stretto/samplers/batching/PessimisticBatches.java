package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The worst batches of an epoch by each criterion (lhotse's find_pessimistic_batches): run the
 * training step on these first and a setting that does not fit into memory fails in seconds, not
 * after hours.
 */
public final class PessimisticBatches {
  private PessimisticBatches() {}

  /**
   * Finds them in one pass.
   *
   * @param batches an epoch, or a part of it
   * @return criterion to batch, empty without batches: longest cut, most tokens in a cut, padded
   *     seconds, padded tokens, most cuts, most seconds; of equals the first
   */
  public static Map<String, Batch> of(Iterator<Batch> batches) {
    Map<String, ToDoubleFunction<Batch>> criteria = new LinkedHashMap<>();
    criteria.put("longest cut", PessimisticBatches::longest);
    criteria.put("most tokens in a cut", PessimisticBatches::mostTokens);
    criteria.put("padded seconds", batch -> longest(batch) * batch.size());
    criteria.put("padded tokens", batch -> mostTokens(batch) * batch.size());
    criteria.put("most cuts", Batch::size);
    criteria.put("most seconds", batch -> batch.cuts().stream().mapToDouble(Cut::duration).sum());
    Map<String, Batch> worst = new LinkedHashMap<>();
    while (batches.hasNext()) {
      Batch batch = batches.next();
      criteria.forEach(
          (name, cost) ->
              worst.merge(
                  name,
                  batch,
                  (old, other) ->
                      cost.applyAsDouble(other) > cost.applyAsDouble(old) ? other : old));
    }
    return worst;
  }

  private static double longest(Batch batch) {
    return batch.cuts().stream().mapToDouble(Cut::duration).max().orElse(0);
  }

  private static double mostTokens(Batch batch) {
    return batch.cuts().stream().mapToInt(Cut::tokens).max().orElse(0);
  }
}
