package dev.stretto.experiments;

import dev.stretto.models.Trainable;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.training.BatchSource;
import dev.stretto.training.Budget;
import dev.stretto.training.LossStep;
import dev.stretto.training.Training;
import dev.stretto.training.TrainingConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * How a model comes to be: a constant that says what is built, from what it learns and how. {@link
 * #get} loads the stored model or trains it; within a run each model is made once.
 *
 * <pre>{@code
 * public record Shape(int layers, int width) {}
 * public static final Recipe<Shape, CausalLm, int[][]> TARGET =
 *     Recipe.of("target", new Shape(24, 64), (shape, seed) -> new CausalLm(gpt(shape), true, seed))
 *         .training(Budget.steps(900), 2e-3)
 *         .batches((shape, in, rng) -> TEXT.batch(16, 192, rng))
 *         .loss((shape, in, model) -> new LanguageTraining(model, 0));
 * var target = TARGET.get(lab);
 * }</pre>
 *
 * <p>A recipe is known by its key: its name, the values of its configuration and of its training,
 * the keys of its inputs and the seed. Names of classes and components are no part of it, and what
 * the code of the lambdas does is not either: where the same words come to mean something else, the
 * name changes. A recipe without training (counts, least squares) is made anew in each run and
 * never stored.
 *
 * @param <C> the configuration: a record of numbers, texts, enums, lists, maps and such records
 * @param <M> the model; a {@link Trainable} where there is a training
 * @param <B> a batch
 */
public final class Recipe<C extends Record, M, B> {
  private static final int REFERENCES = 5;

  /**
   * Makes something of a configuration, trained inputs and one more thing.
   *
   * @param <C> the configuration
   * @param <X> the third thing: the seed, a generator or the model
   * @param <R> what is made
   */
  @FunctionalInterface
  public interface Part<C, X, R> {
    /**
     * Makes it.
     *
     * @param config the configuration
     * @param inputs trained models that it stands on
     * @param third the seed, a generator or the model
     * @return what is made
     */
    R make(C config, Inputs inputs, X third);
  }

  /** Trained models that a recipe needs; each is loaded or trained when it is first asked for. */
  public static final class Inputs {
    private final Recipe<?, ?, ?> owner;
    private final Artefacts store;
    private final long seed;

    private Inputs(Recipe<?, ?, ?> owner, Artefacts store, long seed) {
      this.owner = owner;
      this.store = store;
      this.seed = seed;
    }

    /**
     * One of the models.
     *
     * @param recipe one that {@link Recipe#needs} or {@link Recipe#from} named
     * @param <N> its type
     * @return the model; stays the lab's
     */
    public <N> N get(Recipe<?, N, ?> recipe) {
      if (owner.inputs().noneMatch(input -> input.key().equals(recipe.key()))) {
        throw new IllegalArgumentException(
            "%s asks for %s, which is not among its needs".formatted(owner.name, recipe.name));
      }
      return recipe.get(store, recipe.seed);
    }

    /** {@return the seed of the model that is made} */
    public long seed() {
      return seed;
    }
  }

  private final String name;
  private final C config;
  private final long seed;
  private final List<Recipe<?, ?, ?>> needs;
  private final Optional<Recipe<?, ?, ?>> start;
  private final Optional<TrainingConfig> training;
  private final Part<C, Long, M> build;
  private final Optional<Part<C, Long, BatchSource<B>>> source;
  private final Optional<Part<C, M, LossStep<B>>> loss;

  private Recipe(
      String name,
      C config,
      long seed,
      List<Recipe<?, ?, ?>> needs,
      Optional<Recipe<?, ?, ?>> start,
      Optional<TrainingConfig> training,
      Part<C, Long, M> build,
      Optional<Part<C, Long, BatchSource<B>>> source,
      Optional<Part<C, M, LossStep<B>>> loss) {
    this.name = name;
    this.config = config;
    this.seed = seed;
    this.needs = needs;
    this.start = start;
    this.training = training;
    this.build = build;
    this.source = source;
    this.loss = loss;
  }

  /**
   * A recipe with seed 1, no inputs and no training.
   *
   * @param name of the model, unique, in lower case with hyphens
   * @param config all that is varied
   * @param build the untrained network of a configuration, its weights drawn from a seed
   * @param <C> the configuration
   * @param <M> the model
   * @return the recipe
   */
  public static <C extends Record, M> Recipe<C, M, Void> of(
      String name, C config, BiFunction<C, SeedTree, M> build) {
    return of(name, config, (shape, _, seed) -> build.apply(shape, SeedTree.of(seed)));
  }

  /**
   * The same for a model that stands on inputs, or takes its seed as a number.
   *
   * @param name of the model, unique, in lower case with hyphens
   * @param config all that is varied
   * @param build the model of a configuration, its inputs and a seed
   * @param <C> the configuration
   * @param <M> the model
   * @return the recipe
   */
  public static <C extends Record, M> Recipe<C, M, Void> of(
      String name, C config, Part<C, Long, M> build) {
    return new Recipe<>(
        name,
        config,
        1,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        build,
        Optional.empty(),
        Optional.empty());
  }

  /**
   * Names trained inputs: a target, a codec, a teacher. Their keys become part of the key.
   *
   * @param recipes each with the seed it is wanted with
   * @return the changed recipe
   */
  public Recipe<C, M, B> needs(Recipe<?, ?, ?>... recipes) {
    return new Recipe<>(name, config, seed, List.of(recipes), start, training, build, source, loss);
  }

  /**
   * Starts the training from the weights of another trained model of the same shape.
   *
   * @param other whose weights are copied; its key becomes part of the key
   * @return the changed recipe
   */
  public Recipe<C, M, B> from(Recipe<?, ? extends Trainable, ?> other) {
    return new Recipe<>(
        name, config, seed, needs, Optional.of(other), training, build, source, loss);
  }

  /**
   * An arm of an experiment: the same recipe with another configuration.
   *
   * @param other the configuration
   * @return the changed recipe
   */
  public Recipe<C, M, B> with(C other) {
    return new Recipe<>(name, other, seed, needs, start, training, build, source, loss);
  }

  /**
   * Another seed for {@link #get(Experiment)} and for those that need the model.
   *
   * @param value of weights and batches
   * @return the changed recipe
   */
  public Recipe<C, M, B> seed(long value) {
    return new Recipe<>(name, config, value, needs, start, training, build, source, loss);
  }

  /**
   * How the model learns; in smoke runs two steps, whatever is said here.
   *
   * @param value the configuration of the training
   * @return the changed recipe
   */
  public Recipe<C, M, B> training(TrainingConfig value) {
    return new Recipe<>(name, config, seed, needs, start, Optional.of(value), build, source, loss);
  }

  /**
   * How the model learns, with the defaults of {@link TrainingConfig#of}.
   *
   * @param budget how long
   * @param learningRate the highest one
   * @return the changed recipe
   */
  public Recipe<C, M, B> training(Budget budget, double learningRate) {
    return training(TrainingConfig.of(budget, learningRate));
  }

  /**
   * How a batch is drawn.
   *
   * @param draw makes a batch from its own random numbers
   * @param <X> a batch
   * @return the changed recipe, which waits for its {@link #loss}
   */
  public <X> Recipe<C, M, X> batches(Part<C, Rng, X> draw) {
    return source(
        (shape, in, value) ->
            BatchSource.drawn(
                SeedTree.of(value).child("batches"), rng -> draw.make(shape, in, rng)));
  }

  /**
   * Where batches come from, for a source that is prepared once: a corpus, states of a teacher.
   *
   * @param value makes the source from a seed
   * @param <X> a batch
   * @return the changed recipe, which waits for its {@link #loss}
   */
  public <X> Recipe<C, M, X> source(Part<C, Long, BatchSource<X>> value) {
    return new Recipe<>(
        name, config, seed, needs, start, training, build, Optional.of(value), Optional.empty());
  }

  /**
   * What a batch costs the model: an existing training, or {@code (config, in, model) -> (scope,
   * batch) -> ...}.
   *
   * @param value makes the loss of a model
   * @return the changed recipe
   */
  public Recipe<C, M, B> loss(Part<C, M, LossStep<B>> value) {
    return new Recipe<>(
        name, config, seed, needs, start, training, build, source, Optional.of(value));
  }

  /** {@return the configuration} */
  public C config() {
    return config;
  }

  /** {@return the key with the recipe's own seed: 12 hexadecimal digits} */
  public String key() {
    return key(seed);
  }

  /**
   * The key with a seed.
   *
   * @param value the seed
   * @return 12 hexadecimal digits
   */
  public String key(long value) {
    return Keys.hash(words(value, false));
  }

  /**
   * The model with the recipe's own seed.
   *
   * @param lab the session, which owns and closes it
   * @return the same object each time
   */
  public M get(Experiment<?> lab) {
    return get(lab, seed);
  }

  /**
   * The model with a seed.
   *
   * @param lab the session, which owns and closes it; closed earlier, it is loaded again
   * @param value the seed
   * @return the same object each time
   */
  public M get(Experiment<?> lab, long value) {
    return get(lab.artefacts(), value);
  }

  /**
   * Trains five other seeds in an extended run and stores their final measures, by which a model
   * that is trained again is judged; in other presets, and where they are stored, does nothing.
   *
   * @param lab the session
   */
  public void references(Experiment<?> lab) {
    Artefacts store = lab.artefacts();
    List<Long> seeds = LongStream.rangeClosed(seed + 1, seed + REFERENCES).boxed().toList();
    store.references(
        id(seed),
        seeds,
        value -> {
          get(store, value);
          return id(value);
        });
  }

  M get(Artefacts store, long value) {
    return store.once(id(value).key(), () -> make(store, value));
  }

  /** What the stored file of a seed is found by. */
  Artefacts.Id id(long value) {
    return new Artefacts.Id(name, value, key(value), Keys.json(words(value, true)));
  }

  long seed() {
    return seed;
  }

  boolean stored() {
    return training.isPresent();
  }

  private M make(Artefacts store, long value) {
    Inputs inputs = new Inputs(this, store, value);
    if (training.isEmpty()) {
      return build.make(config, inputs, value);
    }
    return store.obtain(
        id(value),
        () -> build.make(config, inputs, value),
        this::weights,
        model -> train(model, inputs, store.spend(training.orElseThrow())));
  }

  private Map<String, Double> train(M model, Inputs inputs, TrainingConfig how) {
    start.ifPresent(
        other ->
            ((Trainable) inputs.get(other))
                .parameters()
                .values()
                .forEach(weights(model).parameters()::load));
    BatchSource<B> batches = source.orElseThrow().make(config, inputs, inputs.seed());
    LossStep<B> step = loss.orElseThrow().make(config, inputs, model);
    return new Training<>(how, weights(model), batches, step).run().measures();
  }

  private Trainable weights(M model) {
    if (model instanceof Trainable trainable && source.isPresent() && loss.isPresent()) {
      return trainable;
    }
    throw new IllegalStateException(
        "%s has a training, so it needs a model with weights, batches and a loss".formatted(name));
  }

  private Stream<Recipe<?, ?, ?>> inputs() {
    return Stream.concat(needs.stream(), start.stream());
  }

  private Map<String, Object> words(long value, boolean names) {
    Map<String, Object> words = new LinkedHashMap<>();
    words.put("recipe", name);
    words.put("config", Keys.plain(config, names));
    training.ifPresent(how -> words.put("training", Keys.training(how)));
    words.put("inputs", inputs().map(Recipe::key).toList());
    words.put("seed", value);
    return words;
  }

  /** Name, seed and key. */
  @Override
  public String toString() {
    return "%s, seed %d, key %s".formatted(name, seed, key());
  }
}
