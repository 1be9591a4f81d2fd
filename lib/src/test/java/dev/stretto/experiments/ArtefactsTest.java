package dev.stretto.experiments;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.models.Parameters;
import dev.stretto.models.Safetensors;
import dev.stretto.models.Trainable;
import dev.stretto.tensor.SeedTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtefactsTest {
  @TempDir Path folder;
  private final List<String> said = new ArrayList<>();
  private Path checkout;
  private int trained;

  private static final Artefacts.Id ID = new Artefacts.Id("tiny", 7, "0123456789ab", "{}");

  @BeforeEach
  void makeACheckout() throws IOException {
    checkout = Files.createDirectories(folder.resolve("project/datasets/checkpoints"));
    Files.writeString(checkout.resolveSibling("catalogue.json"), "{}");
  }

  /** One weight, which training sets to a third. */
  private static Trainable network() {
    Parameters parameters = new Parameters(SeedTree.of(1));
    parameters.normal("w", 1, 2);
    return () -> parameters;
  }

  private Artefacts artefacts(Preset preset, String... variables) {
    Map<String, String> environment = new HashMap<>();
    environment.put("STRETTO_CACHE", folder.resolve("cache").toString());
    for (int i = 0; i < variables.length; i += 2) {
      environment.put(variables[i], variables[i + 1]);
    }
    return new Artefacts(
        "02-own", preset, environment, folder.resolve("project/notebooks"), said::add);
  }

  private float[] obtain(Artefacts artefacts, double loss) {
    return obtain(artefacts, ID, loss);
  }

  private float[] obtain(Artefacts artefacts, Artefacts.Id id, double loss) {
    try (Trainable model =
        artefacts.obtain(
            id,
            ArtefactsTest::network,
            network -> network,
            network -> {
              trained++;
              network.parameters().load("w", new float[] {1 / 3f, trained});
              return Map.of("loss", loss);
            })) {
      return model.parameters().get("w").toFloatArray();
    }
  }

  @Test
  void aModelIsTrainedOnceAndThenLoadedWithTheSameBits() {
    float[] first = obtain(artefacts(Preset.QUICK), 1);
    float[] second = obtain(artefacts(Preset.QUICK), 1);
    assertArrayEquals(first, second);
    assertEquals(1, trained);
    assertEquals(List.of("No model tiny is stored for this recipe: training it"), said);
    Path file = checkout.resolve("tiny-0123456789ab.safetensors");
    try (Safetensors stored = Safetensors.open(file)) {
      assertEquals("{}", stored.metadata().get("recipe"));
      assertEquals("{\"loss\":\"1.0\"}", stored.metadata().get("measures"));
      assertEquals("quick", stored.metadata().get("preset"));
    }
    assertEquals(
        Map.of("loss", 1.0), Artefacts.measures(artefacts(Preset.QUICK).find(ID).orElseThrow()));
    assertEquals(
        List.of(
            new CheckpointIndex.Row(
                "tiny",
                7,
                "0123456789ab",
                file.getFileName().toString(),
                file.toFile().length(),
                "F16")),
        CheckpointIndex.read(checkout));
  }

  @Test
  void theIndexSaysWhichFileHoldsAModel() throws IOException {
    obtain(artefacts(Preset.QUICK), 1);
    Files.move(
        checkout.resolve("tiny-0123456789ab.safetensors"), checkout.resolve("a.safetensors"));
    Path index = checkout.resolve("index.tsv");
    Files.writeString(
        index, Files.readString(index).replace("tiny-0123456789ab.safetensors", "a.safetensors"));
    obtain(artefacts(Preset.QUICK), 1);
    assertEquals(1, trained);
    Files.delete(index);
    obtain(artefacts(Preset.QUICK), 1);
    assertEquals(2, trained, "found by nothing but the index");
  }

  @Test
  void onlyQuickModelsGoToTheCheckoutAndThoseOfSmokeNowhere() throws IOException {
    obtain(artefacts(Preset.SMOKE), 1);
    assertEquals(0, files(checkout));
    assertFalse(Files.exists(folder.resolve("cache/checkpoints")));
    obtain(artefacts(Preset.EXTENDED), 1);
    assertEquals(0, files(checkout));
    assertEquals(2, files(folder.resolve("cache/checkpoints")), "model and index");
    obtain(artefacts(Preset.QUICK), 1);
    obtain(artefacts(Preset.SMOKE), 1);
    assertEquals(2, trained, "found there");
    String named = folder.resolve("named").toString();
    obtain(artefacts(Preset.QUICK, "STRETTO_CHECKPOINTS", named, "STRETTO_FRESH", "all"), 1);
    assertEquals(2, files(folder.resolve("named")));
  }

  @Test
  void aFreshModelIsTrainedOnceARunAndComparedWithTheStoredOne() {
    obtain(artefacts(Preset.QUICK), 1);
    obtain(artefacts(Preset.QUICK, "STRETTO_FRESH", "01,03-other"), 1);
    assertEquals(1, trained, "fresh names other notebooks");
    Artefacts fresh = artefacts(Preset.QUICK, "STRETTO_FRESH", "02");
    obtain(fresh, 1);
    obtain(fresh, 1);
    assertEquals(2, trained, "once");
    assertEquals("tiny: {loss=1.0} now, {loss=1.0} in the stored model", said.getLast());
    obtain(artefacts(Preset.QUICK, "STRETTO_FRESH", "01, 02-own"), 1.2);
    assertEquals("tiny: {loss=1.2} now, {loss=1.0} in the stored model", said.getLast());
    obtain(artefacts(Preset.QUICK, "STRETTO_FRESH", "all"), .5);
    assertEquals("tiny: {loss=0.5} now, {loss=1.2} in the stored model", said.getLast());
    assertEquals(4, trained);
  }

  @Test
  void aFreshModelIsComparedWithReferenceSeedsWhereThereAreSome() {
    double[] losses = {1, 1.1, .9, 1.05, .95};
    List<Long> seeds = List.of(0L, 1L, 2L, 3L, 4L);
    artefacts(Preset.QUICK)
        .references(
            ID,
            seeds,
            seed -> {
              throw new AssertionError("only an extended run trains references");
            });
    for (int round = 0; round < 2; round++) {
      Artefacts extended = artefacts(Preset.EXTENDED);
      extended.references(
          ID,
          seeds,
          seed -> {
            Artefacts.Id other = new Artefacts.Id("tiny", seed, "seed" + seed, "");
            obtain(extended, other, losses[(int) seed]);
            return other;
          });
      assertEquals(5, trained, "stored ones are not trained again");
    }
    obtain(artefacts(Preset.QUICK), 1.2);
    obtain(artefacts(Preset.QUICK, "STRETTO_FRESH", "01, 02-own"), 1.2);
    assertEquals(
        "tiny: loss 1.2000 is within 0.60127 to 1.3987, the prediction interval of 5 reference"
            + " seeds",
        said.getLast());
    obtain(artefacts(Preset.QUICK, "STRETTO_FRESH", "all"), .5);
    assertTrue(said.getLast().startsWith("tiny: loss 0.50000 is OUTSIDE 0.60"), said.getLast());
  }

  /** False alarm 1 in 100 by definition; the bounds below are four deviations of 4,000 draws. */
  @Test
  void oneValueInAHundredIsOutsideOfTheInterval() {
    Random random = new Random(11);
    int outside = 0;
    for (int trial = 0; trial < 4000; trial++) {
      double[] values = random.doubles(6).map(_ -> 3 + 2 * random.nextGaussian()).toArray();
      double[] bounds = ReferenceSeeds.interval(values);
      double next = 3 + 2 * random.nextGaussian();
      outside += next < bounds[0] || next > bounds[1] ? 1 : 0;
    }
    assertEquals(40, outside, 4 * Math.sqrt(4000 * .01 * .99));
  }

  private static long files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }
}
