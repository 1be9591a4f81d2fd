package dev.stretto.experiments;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.reflect.TypeToken;
import dev.stretto.models.Safetensors;
import dev.stretto.models.Trainable;
import dev.stretto.training.Budget;
import dev.stretto.training.TrainingConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Where a session's trained models are stored, found and compared: see {@link Recipe}.
 *
 * <p>Looked for, in this order, in {@code datasets/checkpoints} of the checkout around the working
 * directory, in the folder that {@code STRETTO_CHECKPOINTS} names and in the user's cache ({@code
 * STRETTO_CACHE} or {@code ~/.cache/stretto}). New ones go to the folder named, else in a quick run
 * to the checkout where it can be written, else to the cache; those of smoke runs are not stored.
 * {@code STRETTO_FRESH} ({@code all}, or notebooks' names or numbers with commas between) trains
 * each model again, once in a run, and says its final measures beside those of {@link
 * ReferenceSeeds}, or of the stored model where there are none.
 */
final class Artefacts {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
  private static final String FORMAT = "F16";
  private static final Budget SMOKE = Budget.steps(2);

  private final Preset preset;
  private final boolean fresh;
  private final List<Path> folders = new ArrayList<>();
  private final Path target;
  private final Consumer<String> say;
  private final Map<String, Object> models = new LinkedHashMap<>();
  private final Set<String> trained = new HashSet<>();

  /**
   * What a stored model is found by.
   *
   * @param name of its recipe
   * @param seed of the model
   * @param key of recipe and seed
   * @param words of the recipe, for readers
   */
  record Id(String name, long seed, String key, String words) {
    String file() {
      return name + "-" + key + ".safetensors";
    }
  }

  Artefacts(
      String notebook,
      Preset preset,
      Map<String, String> environment,
      Path workingDirectory,
      Consumer<String> say) {
    this.preset = preset;
    this.say = say;
    this.fresh =
        Arrays.stream(environment.getOrDefault("STRETTO_FRESH", "").split(","))
            .map(String::strip)
            .anyMatch(name -> name.equals("all") || (notebook + "-").startsWith(name + "-"));
    Optional<Path> named = path(environment, "STRETTO_CHECKPOINTS");
    Optional<Path> checkout =
        checkout(workingDirectory).map(root -> root.resolve("datasets/checkpoints"));
    Path cache =
        path(environment, "STRETTO_CACHE")
            .orElse(Path.of(System.getProperty("user.home"), ".cache", "stretto"))
            .resolve("checkpoints");
    checkout.ifPresent(folders::add);
    named.ifPresent(folders::add);
    folders.add(cache);
    this.target =
        named
            .or(() -> checkout.filter(path -> preset == Preset.QUICK && Files.isWritable(path)))
            .orElse(cache);
  }

  /** The root of the checkout around a folder, where there is one. */
  static Optional<Path> checkout(Path folder) {
    return Stream.iterate(folder.toAbsolutePath(), path -> path != null, Path::getParent)
        .filter(path -> Files.exists(path.resolve("datasets/catalogue.json")))
        .findFirst();
  }

  private static Optional<Path> path(Map<String, String> environment, String name) {
    return Optional.of(environment.getOrDefault(name, "").strip())
        .filter(text -> !text.isEmpty())
        .map(Path::of);
  }

  /** The model of a key, made where it is not there yet or was closed by somebody else. */
  @SuppressWarnings("unchecked") // a key belongs to one recipe, hence to one type
  synchronized <M> M once(String key, Supplier<M> make) {
    Object model = models.get(key);
    if (model == null || (model instanceof Trainable it && !it.parameters().manager().isOpen())) {
      model = make.get();
      models.remove(key); // so that what is made again is closed before what it stands on
      models.put(key, model);
    }
    return (M) model;
  }

  /** Closes the models, those that stand on others first. */
  synchronized void close() {
    for (Object model : List.copyOf(models.values()).reversed()) {
      if (model instanceof AutoCloseable resource) {
        try {
          resource.close();
        } catch (Exception e) {
          throw new IllegalStateException(model + " cannot be closed", e);
        }
      }
    }
    models.clear();
  }

  /** How a model is trained in this preset. */
  TrainingConfig spend(TrainingConfig how) {
    return preset == Preset.SMOKE ? how.withBudget(SMOKE) : how;
  }

  /**
   * A trained model: the stored one where there is one, else a new one, which is stored.
   *
   * @param id what it is found by
   * @param build makes the untrained network
   * @param weights of the network
   * @param train trains it and returns its final measures, with its loss under {@code loss}
   * @return the network
   */
  <M> M obtain(
      Id id,
      Supplier<M> build,
      Function<M, Trainable> weights,
      Function<M, Map<String, Double>> train) {
    Optional<Path> stored = find(id);
    boolean again = fresh && !trained.contains(id.key());
    M model = build.get();
    Trainable network = weights.apply(model);
    try {
      if (stored.isPresent() && !again) {
        Safetensors.load(stored.get(), network.parameters());
        return model;
      }
      say.accept(
          stored.isPresent()
              ? "Training %s again".formatted(id.name())
              : "No model %s is stored for this recipe: training it".formatted(id.name()));
      Optional<Map<String, Double>> before = stored.map(Artefacts::measures);
      Map<String, Double> measures = train.apply(model);
      if (preset != Preset.SMOKE) {
        store(id, network, measures);
      }
      trained.add(id.key());
      if (fresh) {
        ReferenceSeeds.compared(ReferenceSeeds.read(folders, id.key()), measures)
            .or(() -> before.map(old -> "%s now, %s in the stored model".formatted(measures, old)))
            .ifPresent(sentence -> say.accept(id.name() + ": " + sentence));
      }
      return model;
    } catch (IOException e) {
      network.close();
      throw new UncheckedIOException(
          "model %s cannot be stored in %s".formatted(id.name(), target), e);
    } catch (RuntimeException e) {
      network.close();
      throw e;
    }
  }

  private void store(Id id, Trainable network, Map<String, Double> measures) throws IOException {
    Path path = Files.createDirectories(target).resolve(id.file());
    Map<String, String> metadata =
        Map.of(
            "recipe",
            id.words(),
            "measures",
            Keys.json(Keys.plain(measures, false)),
            "preset",
            preset.toString());
    Safetensors.save(path, network.parameters(), metadata, FORMAT);
    Safetensors.load(path, network.parameters());
    CheckpointIndex.add(
        target,
        new CheckpointIndex.Row(
            id.name(), id.seed(), id.key(), id.file(), Files.size(path), FORMAT));
  }

  /**
   * Trains reference seeds in an extended run and stores their final measures, in the checkout
   * where there is one; in other presets, and where they are stored already, does nothing.
   *
   * @param id of the model
   * @param seeds of the references
   * @param train trains, or loads, the model with a seed and tells what it is found by
   */
  void references(Id id, List<Long> seeds, LongFunction<Id> train) {
    if (preset != Preset.EXTENDED || !ReferenceSeeds.read(folders, id.key()).isEmpty()) {
      return;
    }
    Map<Long, Map<String, Double>> measures = new TreeMap<>();
    for (long seed : seeds) {
      measures.put(seed, measures(find(train.apply(seed)).orElseThrow()));
    }
    ReferenceSeeds.store(folders.getFirst(), id, measures);
  }

  /** The final measures that are stored with a model. */
  static Map<String, Double> measures(Path path) {
    try (Safetensors file = Safetensors.open(path)) {
      return GSON.fromJson(
          file.metadata().get("measures"), new TypeToken<TreeMap<String, Double>>() {});
    }
  }

  /** Where the index of a folder says, or under the name that a new file would have. */
  Optional<Path> find(Id id) {
    return folders.stream()
        .flatMap(
            folder ->
                Stream.concat(
                    CheckpointIndex.read(folder).stream()
                        .filter(row -> row.key().equals(id.key()))
                        .map(row -> folder.resolve(row.file())),
                    Stream.of(folder.resolve(id.file()))))
        .filter(Files::exists)
        .findFirst();
  }
}
