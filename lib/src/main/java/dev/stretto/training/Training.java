package dev.stretto.training;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.stretto.models.Parameters;
import dev.stretto.models.Trainable;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import dev.stretto.training.TrainingResult.Point;
import dev.stretto.training.TrainingResult.Stop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The training loop.
 *
 * <pre>{@code
 * var config = TrainingConfig.of(Budget.steps(2000), 3e-3).withWarmup(50);
 * var result = new Training<>(config, model, source, loss, batch -> work).run();
 * }</pre>
 *
 * <p>After it the network's weights collect no gradients, whatever ended it. One training at a time
 * in a JVM: the engine has one gradient collector.
 *
 * @param <B> a batch
 */
public final class Training<B> {
  private static final double CLIP = 1;

  /** A loss above this many medians of the last 100 is suspicious; so many in a row end it. */
  private static final double DIVERGENCE = 3;

  private static final int PATIENCE = 20;

  private final TrainingConfig config;
  private final Trainable model;
  private final BatchSource<B> source;
  private final LossStep<B> loss;
  private final Function<B, Work> work;
  private Progress progress = Progress.console();
  private Optional<Path> checkpoint = Optional.empty();
  private int every = Integer.MAX_VALUE;

  /**
   * A training that shows its progress on standard output and keeps no checkpoint.
   *
   * @param config how
   * @param model the network; stays the caller's
   * @param source of batches
   * @param loss of a batch
   * @param work that a batch is
   */
  public Training(
      TrainingConfig config,
      Trainable model,
      BatchSource<B> source,
      LossStep<B> loss,
      Function<B, Work> work) {
    this.config = config;
    this.model = model;
    this.source = source;
    this.loss = loss;
    this.work = work;
  }

  /**
   * The same where the loss counts its own work.
   *
   * @param config how
   * @param model the network; stays the caller's
   * @param source of batches
   * @param loss of a batch
   */
  public Training(TrainingConfig config, Trainable model, BatchSource<B> source, LossStep<B> loss) {
    this(config, model, source, loss, loss::work);
  }

  /**
   * Tells somebody else how it gets on.
   *
   * @param value who is told
   * @return this training
   */
  public Training<B> progress(Progress value) {
    progress = value;
    return this;
  }

  /**
   * Keeps a checkpoint, replaced as a whole each time, and once more at the end or an interrupt. It
   * is not replaced while the loss is suspicious.
   *
   * @param file where
   * @param steps between two, at least 1
   * @return this training
   */
  public Training<B> checkpoints(Path file, int steps) {
    checkpoint = Optional.of(file);
    every = steps;
    return this;
  }

  /**
   * Trains from the network's present weights. An interrupt of the thread ends it after the step,
   * which takes the interrupt back; weights of a training that diverged are those of its last good
   * step.
   *
   * @return what came out
   */
  public TrainingResult run() {
    try (Run run = new Run()) {
      return run.loop();
    }
  }

  /**
   * Goes on from the checkpoint, with the same bits as if it had never stopped; trains from the
   * start where there is no such file. Network, source and configuration are made as for the first
   * run.
   *
   * @return what came out, earlier steps included
   */
  public TrainingResult resume() {
    try (Run run = new Run()) {
      checkpoint.filter(Files::exists).ifPresent(run::restore);
      return run.loop();
    }
  }

  /** The state of one run. */
  private final class Run implements AutoCloseable {
    private final Parameters parameters = model.parameters();
    private final NDManager manager = parameters.manager().newSubManager();
    private final AdamW adam = new AdamW(config.decay(), parameters);
    private final Map<String, NDArray> averages = new LinkedHashMap<>();
    private final Map<String, NDArray> good = new LinkedHashMap<>();
    private final List<Point> curve = new ArrayList<>();
    private final long started = System.nanoTime();
    private final SeedTree seeds = SeedTree.of(config.seed()).child("dropout");
    private long steps;
    private Work done = Work.NONE;
    private double firstShare;
    private Work firstWork = Work.NONE;
    private int suspicious;

    Run() {
      Tensors.inference();
      parameters.all().forEach((name, weight) -> good.put(name, copy(weight)));
      if (config.ema() > 0) {
        parameters.all().forEach((name, weight) -> averages.put(name, copy(weight)));
      }
    }

    private void put(Map<String, NDArray> values) {
      values.forEach((name, array) -> Parameters.assign(parameters.all().get(name), array));
    }

    private NDArray copy(NDArray weight) {
      NDArray copy = weight.duplicate();
      copy.attach(manager);
      return copy;
    }

    private Map<String, Map<String, NDArray>> groups() {
      return Map.of(
          "model", parameters.all(),
          "mean", adam.means(),
          "square", adam.squares(),
          "average", averages);
    }

    void restore(Path path) {
      Checkpoint.SourceLocation place = Checkpoint.read(path, config, groups());
      steps = place.steps();
      done = firstWork = place.work();
      curve.addAll(place.curve());
      source.restore(place.source());
      firstShare = config.budget().share(steps, done);
    }

    private void save() {
      if (checkpoint.isPresent() && suspicious == 0) {
        Checkpoint.SourceLocation place =
            new Checkpoint.SourceLocation(steps, done, source.state(), curve);
        Checkpoint.write(checkpoint.get(), config, place, manager, groups());
      }
    }

    TrainingResult loop() {
      parameters.trainable(true);
      while (config.budget().share(steps, done) < 1) {
        // read and taken back, since a file cannot be written on an interrupted thread
        if (Thread.interrupted()) {
          save();
          return end(Stop.INTERRUPTED, "interrupted after step " + steps);
        }
        Optional<String> trouble = step();
        if (trouble.isPresent()) {
          parameters.trainable(false);
          put(good);
          return end(Stop.DIVERGED, trouble.get());
        }
        if (steps % every == 0) {
          save();
        }
      }
      save();
      return end(Stop.BUDGET, "the budget of " + config.budget().words() + " is spent");
    }

    private TrainingResult end(Stop stop, String reason) {
      parameters.trainable(false);
      if (stop != Stop.DIVERGED) {
        put(averages);
      }
      tell(true);
      return new TrainingResult(stop, reason, steps, done, curve);
    }

    /** One update of the weights, or a sentence that says why there was none. */
    private Optional<String> step() {
      double rate = config.rate(steps, config.budget().share(steps, done));
      // a step's own seed, so that dropout goes on identically after a resumption
      Engine.getInstance().setRandomSeed((int) seeds.child(steps).seed());
      B batch = source.next();
      double value = backward(batch);
      done = done.plus(work.apply(batch));
      double norm = adam.norm();
      if (!Double.isFinite(value) || !Double.isFinite(norm)) {
        return Optional.of(
            "step %d has loss %s and gradient norm %s: the weights of the last good step are kept"
                .formatted(steps + 1, value, norm));
      }
      double median = median();
      suspicious = median > 0 && value > DIVERGENCE * median ? suspicious + 1 : 0;
      if (suspicious == 0) {
        good.forEach((name, array) -> Parameters.assign(array, parameters.all().get(name)));
      } else if (suspicious >= PATIENCE) {
        return Optional.of(
            "the loss was above %s medians (%.4g) in %d steps up to step %d: the weights of the"
                    .formatted(DIVERGENCE, median, suspicious, steps + 1)
                + " last good step are kept");
      }
      // clipping by the global norm (Pascanu et al. 2013)
      double scale = Math.min(1, CLIP / norm);
      steps++;
      adam.update((double) steps, rate, scale);
      average();
      curve.add(new Point(steps, (float) value, (float) rate, (float) norm));
      tell(false);
      return Optional.empty();
    }

    private double backward(B batch) {
      try (NDManager scope = manager.newSubManager()) {
        // what an expression of weights alone makes would else stay with the network
        parameters.all().values().forEach(weight -> weight.tempAttach(scope));
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
          NDArray value = loss.loss(scope, batch);
          if (value.size() != 1) {
            throw new IllegalArgumentException(
                "the loss has shape %s, expected one number".formatted(value.getShape()));
          }
          double number = value.getFloat();
          if (Double.isFinite(number)) {
            collector.backward(value);
          }
          return number;
        }
      }
    }

    /** Averaged weights, with a shorter memory in the first steps. */
    private void average() {
      double keep = Math.min(config.ema(), (1.0 + steps) / (10.0 + steps));
      averages.forEach(
          (name, array) -> {
            try (NDArray fresh = parameters.all().get(name).mul(1 - keep)) {
              array.muli(keep).addi(fresh);
            }
          });
    }

    private double median() {
      double[] last =
          curve.subList(Math.max(0, curve.size() - 100), curve.size()).stream()
              .mapToDouble(Point::loss)
              .sorted()
              .toArray();
      return last.length == 0 ? 0 : last[last.length / 2];
    }

    private void tell(boolean last) {
      double seconds = (System.nanoTime() - started) / 1e9;
      double share = Math.min(1, config.budget().share(steps, done));
      double left = seconds * (1 - share) / Math.max(1e-9, share - firstShare);
      double speed = (done.tokens() - firstWork.tokens()) / Math.max(1e-9, seconds);
      double now = curve.isEmpty() ? Double.NaN : curve.getLast().loss();
      progress.update(new Progress.Status(steps, share, now, speed, left), last);
    }

    @Override
    public void close() {
      parameters.trainable(false);
      adam.close();
      manager.close();
    }
  }
}
