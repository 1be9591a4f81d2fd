package dev.stretto.experiments;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

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
    try (Trainable model =
        artefacts.obtain(
            ID,
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

  private static long files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }
}
