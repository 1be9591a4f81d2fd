package dev.stretto.experiments;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import dev.stretto.models.Safetensors;
import dev.stretto.models.Trainable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.StatUtils;

/**
 * A notebook's trained models, kept under a hash of their recipe: loaded in milliseconds where they
 * are there, trained where they are not.
 *
 * <pre>{@code
 * record Recipe(int version, int layers, int width, long dataSeed, TrainingConfig training) {}
 * Gpt model = lab.artefacts().obtain("tiny-gpt", recipe, "F16",
 *     () -> new Gpt(recipe), gpt -> new Training<>(...).run().measures());
 * }</pre>
 *
 * <p>Looked for, in this order, in {@code datasets/checkpoints} of the checkout around the working
 * directory, in the folder that {@code STRETTO_CHECKPOINTS} names and in the user's cache ({@code
 * STRETTO_CACHE} or {@code ~/.cache/stretto}). New ones go to the folder named, else to the
 * checkout where it can be written and the preset is not smoke, else to the cache. {@code
 * STRETTO_FRESH} ({@code all}, or notebooks' names or numbers with commas between) trains again and
 * compares.
 */
public final class Artefacts {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
  private static final int FEWEST = 5;

  private final Preset preset;
  private final boolean fresh;
  private final List<Path> folders = new ArrayList<>();
  private final Path target;
  private final Consumer<String> say;

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
            .anyMatch(
                name ->
                    name.equals("all")
                        || name.equals(notebook)
                        || (!name.isEmpty() && notebook.startsWith(name + "-")));
    Optional<Path> named = path(environment, "STRETTO_CHECKPOINTS");
    Optional<Path> checkout =
        Stream.iterate(workingDirectory.toAbsolutePath(), path -> path != null, Path::getParent)
            .map(path -> path.resolve("datasets"))
            .filter(path -> Files.exists(path.resolve("catalogue.json")))
            .map(path -> path.resolve("checkpoints"))
            .findFirst();
    Path cache =
        path(environment, "STRETTO_CACHE")
            .orElse(Path.of(System.getProperty("user.home"), ".cache", "stretto"))
            .resolve("checkpoints");
    checkout.ifPresent(folders::add);
    named.ifPresent(folders::add);
    folders.add(cache);
    this.target =
        named
            .or(() -> checkout.filter(path -> preset != Preset.SMOKE && Files.isWritable(path)))
            .orElse(cache);
  }

  private static Optional<Path> path(Map<String, String> environment, String name) {
    return Optional.of(environment.getOrDefault(name, "").strip())
        .filter(text -> !text.isEmpty())
        .map(Path::of);
  }

  /**
   * A trained model: the stored one where the recipe is unchanged, else a new one, which is stored.
   *
   * @param name of the model, for example {@code tiny-gpt}
   * @param recipe all that decides what comes out: shape, seeds, data, budget, and a version that
   *     is raised by hand when the same words come to mean something else
   * @param dtype F32, or F16 where the result allows it; a new model is rounded to it too
   * @param build makes the untrained network
   * @param train trains it and returns its final measures, with its loss under {@code loss}
   * @param <M> the network's type
   * @return the network, to be closed by the caller
   */
  public <M extends Trainable> M obtain(
      String name,
      Record recipe,
      String dtype,
      Supplier<M> build,
      Function<M, Map<String, Double>> train) {
    String file = name + "-" + key(recipe);
    Optional<Path> stored = find(file + ".safetensors");
    M model = build.get();
    try {
      if (stored.isPresent() && !fresh) {
        Safetensors.load(stored.get(), model.parameters());
        return model;
      }
      say.accept(
          stored.isPresent()
              ? "Training %s again".formatted(name)
              : "No model %s is stored for this recipe: training it".formatted(name));
      Map<String, Double> measures = train.apply(model);
      Map<String, String> metadata =
          Map.of(
              "recipe", canonical(recipe),
              "measures", canonical(measures),
              "preset", preset.toString());
      Path path = Files.createDirectories(target).resolve(file + ".safetensors");
      Safetensors.save(path, model.parameters(), metadata, dtype);
      Safetensors.load(path, model.parameters());
      if (fresh) {
        say.accept(compared(name, file, measures));
      }
      return model;
    } catch (IOException e) {
      model.close();
      throw new UncheckedIOException("model %s cannot be stored in %s".formatted(name, target), e);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /**
   * Trains reference seeds in an extended run and stores their final measures, by which a fresh
   * model is judged; in other presets, and where they are stored already, does nothing.
   *
   * @param name of the model
   * @param recipe of the stored model
   * @param seeds at least five
   * @param train trains a network with a seed instead of the recipe's, and returns its measures
   */
  public void references(
      String name, Record recipe, List<Long> seeds, LongFunction<Map<String, Double>> train) {
    if (seeds.size() < FEWEST) {
      throw new IllegalArgumentException(
          "%s has %d reference seeds, expected at least %d".formatted(name, seeds.size(), FEWEST));
    }
    String file = name + "-" + key(recipe) + ".json";
    if (preset != Preset.EXTENDED || find(file).isPresent()) {
      return;
    }
    Map<String, List<Double>> measures = new TreeMap<>();
    for (int i = 0; i < seeds.size(); i++) {
      say.accept("Training reference %d of %d of %s".formatted(i + 1, seeds.size(), name));
      train
          .apply(seeds.get(i))
          .forEach(
              (key, value) -> measures.computeIfAbsent(key, _ -> new ArrayList<>()).add(value));
    }
    try {
      Path part = Files.createDirectories(target).resolve("." + file);
      Files.writeString(part, canonical(measures) + "\n");
      Files.move(part, target.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("references of %s cannot be stored".formatted(name), e);
    }
  }

  /**
   * The key of a recipe.
   *
   * @param recipe a record of numbers, texts, enums, lists, maps, optionals and records
   * @return 12 hexadecimal digits of the SHA-256 of its canonical JSON
   */
  public static String key(Record recipe) {
    try {
      byte[] text = canonical(recipe).getBytes(StandardCharsets.UTF_8);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(text);
      return HexFormat.of().formatHex(hash, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** JSON with sorted keys; a record's type is part of it, since a budget of steps is no other. */
  static String canonical(Object value) {
    return GSON.toJson(plain(value));
  }

  private static Object plain(Object value) {
    return switch (value) {
      case Record record -> {
        Map<String, Object> fields = new TreeMap<>();
        Settings.values(record).forEach((name, field) -> fields.put(name, plain(field)));
        fields.put("@", record.getClass().getSimpleName());
        yield fields;
      }
      case Map<?, ?> map -> {
        Map<String, Object> fields = new TreeMap<>();
        map.forEach((name, field) -> fields.put(String.valueOf(name), plain(field)));
        yield fields;
      }
      case List<?> list -> list.stream().map(Artefacts::plain).toList();
      case Optional<?> optional -> optional.map(Artefacts::plain).map(List::of).orElse(List.of());
      case Enum<?> constant -> constant.name();
      // as text, since infinity is no JSON number
      case Double number -> number.toString();
      case Float number -> number.toString();
      case Number number -> number;
      case Boolean flag -> flag;
      case String text -> text;
      case null, default ->
          throw new IllegalArgumentException(
              "a recipe holds %s, expected numbers, texts, enums, lists, maps and records"
                  .formatted(value == null ? "null" : value.getClass().getName()));
    };
  }

  /** Fresh measures beside the prediction interval of the reference seeds, in a sentence. */
  private String compared(String name, String file, Map<String, Double> measures) {
    Optional<Path> stored = find(file + ".json");
    if (stored.isEmpty()) {
      return "%s: %s; no reference seeds are stored to compare with".formatted(name, measures);
    }
    List<String> parts = new ArrayList<>();
    references(stored.get())
        .forEach(
            (measure, values) -> {
              double[] bounds = interval(values);
              double found = measures.getOrDefault(measure, Double.NaN);
              parts.add(
                  String.format(
                      Locale.ROOT,
                      "%s %.5g is %s %.5g to %.5g, the prediction interval of %d reference seeds",
                      measure,
                      found,
                      found >= bounds[0] && found <= bounds[1] ? "within" : "OUTSIDE",
                      bounds[0],
                      bounds[1],
                      values.length));
            });
    return name + ": " + String.join("; ", parts);
  }

  private static Map<String, double[]> references(Path file) {
    try {
      Map<String, double[]> references = new TreeMap<>();
      Map<?, ?> json = GSON.fromJson(Files.readString(file), Map.class);
      json.forEach(
          (measure, values) ->
              references.put(
                  (String) measure,
                  ((List<?>) values)
                      .stream()
                          .mapToDouble(value -> Double.parseDouble((String) value))
                          .toArray()));
      return references;
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    } catch (JsonParseException | ClassCastException | NumberFormatException e) {
      throw new IllegalArgumentException(file + " is no table of measures of reference seeds", e);
    }
  }

  /** Where one more value of a normal law lies with probability .99, given n of them. */
  static double[] interval(double[] values) {
    int n = values.length;
    double mean = StatUtils.mean(values);
    double half =
        new TDistribution(n - 1).inverseCumulativeProbability(.995)
            * Math.sqrt(StatUtils.variance(values) * (1 + 1.0 / n));
    return new double[] {mean - half, mean + half};
  }

  private Optional<Path> find(String file) {
    return folders.stream().map(folder -> folder.resolve(file)).filter(Files::exists).findFirst();
  }
}
