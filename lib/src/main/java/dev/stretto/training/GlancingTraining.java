package dev.stretto.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Conditions;
import dev.stretto.models.Mask;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.models.language.Seq2Seq;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * How a block drafter learns (GAD, Xia et al. 2023, section 3.2; glancing: Qian et al. 2021):
 * behind a random cut c of the output k places are masked; a first pass counts the wrong ones, w of
 * them; floor(p w) random places of the block are revealed and the loss is that of the rest. The
 * model has no dropout, so both passes are the same network.
 */
public final class GlancingTraining implements LossStep<List<PairTraining.Pair>> {
  private static final double SMOOTHING = .1;

  /** Share of the wrong places that is revealed at the first step, and at the last one. */
  private static final double START = .5;

  private static final double END = .3;

  private final Seq2Seq model;
  private final int mask;
  private final int k;
  private final int steps;
  private final SeedTree seed;
  private int step;

  /**
   * A training.
   *
   * @param model that learns
   * @param mask id of a masked place
   * @param k places of a block, 1 or more
   * @param steps of the training
   * @param seed of cuts and revealed places
   */
  public GlancingTraining(Seq2Seq model, int mask, int k, int steps, SeedTree seed) {
    this.model = model;
    this.mask = mask;
    this.k = k;
    this.steps = steps;
    this.seed = seed;
  }

  /**
   * A text with a masked block.
   *
   * @param read what the decoder reads: c committed tokens and k places
   * @param labels what the places should be; {@link Losses#IGNORE} elsewhere and behind the end
   */
  record Block(int[] read, int[] labels) {}

  /** Masks k places behind the first {@code cut} tokens of an output. */
  static Block block(int[] target, int cut, int k, int mask) {
    int[] read = Arrays.copyOf(target, cut + k);
    Arrays.fill(read, cut, cut + k, mask);
    int[] labels = new int[cut + k];
    Arrays.fill(labels, Losses.IGNORE);
    System.arraycopy(target, cut, labels, cut, Math.min(k, target.length - cut));
    return new Block(read, labels);
  }

  /** Reveals floor(p w) random places of a block, w those that were predicted wrongly. */
  static Block glance(Block block, IntUnaryOperator predicted, double p, Rng rng) {
    int[] places =
        IntStream.range(0, block.labels.length)
            .filter(i -> block.labels[i] != Losses.IGNORE)
            .toArray();
    long wrong =
        IntStream.of(places).filter(i -> predicted.applyAsInt(i) != block.labels[i]).count();
    int[] read = block.read.clone();
    int[] labels = block.labels.clone();
    int count = (int) Math.floor(p * wrong);
    for (int i = 0; i < count; i++) {
      int other = i + rng.nextInt(places.length - i);
      int place = places[other];
      places[other] = places[i];
      read[place] = labels[place];
      labels[place] = Losses.IGNORE;
    }
    return new Block(read, labels);
  }

  @Override
  public NDArray loss(NDManager scope, List<PairTraining.Pair> batch) {
    Rng rng = seed.child(step).rng();
    double p = START + (END - START) * Math.min(1, step / Math.max(1.0, steps - 1));
    step++;
    int[][] sources = batch.stream().map(PairTraining.Pair::source).toArray(int[][]::new);
    Conditions.Memory memory = model.read(scope, sources);
    List<Block> blocks =
        batch.stream()
            .map(pair -> block(pair.target(), 1 + rng.nextInt(pair.target().length - 1), k, mask))
            .toList();
    // its logits reach no loss, hence no gradient
    long[] first = logits(scope, memory, blocks).argMax(2).toLongArray();
    int n = first.length / blocks.size();
    List<Block> glanced =
        IntStream.range(0, blocks.size())
            .mapToObj(b -> glance(blocks.get(b), i -> (int) first[b * n + i], p, rng))
            .toList();
    return Losses.crossEntropy(
        scope,
        logits(scope, memory, glanced),
        glanced.stream().map(Block::labels).toArray(int[][]::new),
        SMOOTHING);
  }

  @Override
  public Work work(List<PairTraining.Pair> batch) {
    return new PairTraining(model).work(batch);
  }

  private NDArray logits(NDManager scope, Conditions.Memory memory, List<Block> blocks) {
    int[][] read = blocks.stream().map(Block::read).toArray(int[][]::new);
    int[] counts = Arrays.stream(read).mapToInt(row -> row.length).toArray();
    int n = Arrays.stream(counts).max().orElseThrow();
    return model.logits(memory, NetworkSession.padded(scope, read, n), counts, new Mask.Full());
  }
}
