package dev.stretto.experiments;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.models.Parameters;
import dev.stretto.models.Trainable;
import dev.stretto.tensor.SeedTree;
import dev.stretto.training.Budget;
import dev.stretto.training.TrainingConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecipeTest {
  private record Line(double slope) {}

  private sealed interface Place {}

  private record Here(int x) implements Place {}

  private record There(int x) implements Place {}

  private record Placed(Place place) {}

  private record Weights(Parameters parameters) implements Trainable {}

  @TempDir Path folder;
  private final List<String> said = new ArrayList<>();
  private final List<Double> drawn = new ArrayList<>();

  /** A weight w that learns y = slope x. */
  private final Recipe<Line, Weights, Double> base = line("base", 2);

  private Recipe<Line, Weights, Double> line(String name, double slope) {
    return Recipe.of(name, new Line(slope), (line, seed) -> weights(seed))
        .training(Budget.steps(30), .4)
        .batches(
            (line, in, rng) -> {
              drawn.add(rng.nextDouble());
              return drawn.getLast();
            })
        .loss(
            (line, in, model) ->
                (scope, x) ->
                    model
                        .parameters()
                        .get("w")
                        .sub(scope.create((float) line.slope()))
                        .square()
                        .sum());
  }

  private static Weights weights(SeedTree seed) {
    Parameters parameters = new Parameters(seed);
    parameters.normal("w", 1, 1);
    return new Weights(parameters);
  }

  @BeforeEach
  void makeACheckout() throws Exception {
    Path checkout = Files.createDirectories(folder.resolve("project/datasets/checkpoints"));
    Files.writeString(checkout.resolveSibling("catalogue.json"), "{}");
  }

  private Artefacts store(Preset preset, String... variables) {
    Map<String, String> environment = new HashMap<>();
    environment.put("STRETTO_CACHE", folder.resolve("cache").toString());
    for (int i = 0; i < variables.length; i += 2) {
      environment.put(variables[i], variables[i + 1]);
    }
    return new Artefacts("02-own", preset, environment, folder.resolve("project"), said::add);
  }

  private static float value(Weights model) {
    return model.parameters().get("w").toFloatArray()[0];
  }

  @Test
  void aModelIsMadeOnceARunAndLoadedInTheNext() {
    Artefacts first = store(Preset.QUICK);
    Weights model = base.get(first, 1);
    assertSame(model, base.get(first, 1));
    assertNotSame(model, base.get(first, 2));
    assertEquals(60, drawn.size(), "30 steps for each of two seeds");
    float trained = value(model);
    assertEquals(2, trained, 1);
    Artefacts second = store(Preset.QUICK);
    assertEquals(trained, value(base.get(second, 1)));
    assertEquals(60, drawn.size());
    first.close();
    assertFalse(model.parameters().manager().isOpen());
    second.close();
  }

  @Test
  void whatACallerClosedIsLoadedAgainWithoutTraining() {
    Artefacts store = store(Preset.QUICK, "STRETTO_FRESH", "all");
    try (Weights model = base.get(store, 1)) {
      assertTrue(model.parameters().manager().isOpen());
    }
    Weights again = base.get(store, 1);
    assertTrue(again.parameters().manager().isOpen());
    assertEquals(30, drawn.size(), "fresh, but once a run");
    store.close();
  }

  @Test
  void aWarmStartAndAnInputAreTrainedFirstAndOnceForAllThatNeedThem() {
    Recipe<Line, Weights, Double> tuned =
        line("tuned", 3).from(base).training(Budget.steps(1), 1e-9);
    Artefacts store = store(Preset.QUICK);
    float start = value(base.get(store, 1));
    assertEquals(start, value(tuned.get(store, 1)), 1e-2);
    assertEquals(start, value(tuned.with(new Line(4)).get(store, 1)), 1e-2);
    assertEquals(30 + 1 + 1, drawn.size());
    Recipe<Line, float[], Void> reads =
        Recipe.of("reads", new Line(1), (line, in, seed) -> new float[] {value(in.get(base))});
    assertArrayEquals(new float[] {start}, reads.needs(base).get(store, 1));
    String says =
        assertThrows(IllegalArgumentException.class, () -> reads.get(store, 1)).getMessage();
    assertEquals("reads asks for base, which is not among its needs", says);
    store.close();
  }

  @Test
  void smokeTakesTwoStepsAndStoresNothing() {
    base.get(store(Preset.SMOKE), 1);
    assertEquals(2, drawn.size());
    base.get(store(Preset.SMOKE), 1);
    assertEquals(4, drawn.size());
    base.get(store(Preset.QUICK), 1);
    assertEquals(34, drawn.size());
    base.get(store(Preset.SMOKE), 1);
    assertEquals(34, drawn.size(), "a stored model is loaded in smoke too");
  }

  @Test
  void theKeyFollowsNameValuesTrainingInputsAndSeedAndNothingElse() {
    record Other(double anotherName) {}
    String key = base.key();
    assertTrue(key.matches("[0-9a-f]{12}"), key);
    assertEquals(key, line("base", 2).key());
    assertEquals(key, base.key(1));
    assertEquals(key, base.seed(1).training(TrainingConfig.of(Budget.steps(30), .4)).key());
    var renamed =
        Recipe.of("base", new Other(2), (line, seed) -> weights(seed))
            .training(Budget.steps(30), .4);
    assertEquals(key, renamed.key(), "neither class nor component has a name in it");
    List<Recipe<?, ?, ?>> others =
        List.of(
            base.seed(2),
            base.with(new Line(3)),
            base.training(Budget.examples(30), .4),
            base.training(TrainingConfig.of(Budget.steps(30), .4).withWarmup(1)),
            base.needs(renamed),
            base.needs(renamed.seed(2)),
            base.from(renamed.with(new Other(3))),
            line("base2", 2));
    assertEquals(others.size(), others.stream().map(Recipe::key).distinct().count());
    others.forEach(other -> assertNotEquals(key, other.key()));
    assertNotEquals(
        Keys.hash(Keys.plain(new Placed(new Here(1)), false)),
        Keys.hash(Keys.plain(new Placed(new There(1)), false)),
        "two choices of a sealed type");
  }

  @Test
  void aConfigurationThatIsNoValueIsRefused() {
    record Bad(Object thing) {}
    String says =
        assertThrows(
                IllegalArgumentException.class,
                () -> Recipe.of("bad", new Bad(new Object()), (bad, seed) -> bad).key())
            .getMessage();
    assertTrue(says.contains("java.lang.Object"), says);
  }

  @Test
  void aTrainingWithoutBatchesIsRefused() {
    var lame =
        Recipe.of("lame", new Line(1), (line, seed) -> weights(seed)).training(Budget.steps(1), 1);
    String says =
        assertThrows(IllegalStateException.class, () -> lame.get(store(Preset.QUICK), 1))
            .getMessage();
    assertEquals("lame has a training, so it needs a model with weights, batches and a loss", says);
  }
}
