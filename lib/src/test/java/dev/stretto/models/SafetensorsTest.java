package dev.stretto.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  @TempDir Path folder;

  private static Parameters network(long seed) {
    Parameters parameters = new Parameters(SeedTree.of(seed));
    parameters.normal("a", 1, 3, 5);
    parameters.under("layers.0").normal("weight", 1, 7);
    parameters.constant("scale", .5);
    return parameters;
  }

  @Test
  void whatIsSavedIsLoadedBitByBit() {
    Path file = folder.resolve("model.safetensors");
    try (Parameters one = network(1);
        Parameters two = network(2)) {
      one.load(
          "layers.0.weight", new float[] {-0f, Float.MIN_VALUE, Float.NaN, 1 / 3f, 1e38f, 7, 8});
      Map<String, String> metadata = Map.of("why", "a \"test\"\né", "empty", "");
      Safetensors.save(file, one, metadata, "F32");
      two.trainable(true);
      assertEquals(metadata, Safetensors.load(file, two));
      assertEquals(one.checksum(), two.checksum());
      assertTrue(two.get("a").hasGradient());
      assertEquals(1, folder.toFile().list().length, "no temporary file is left");
    }
  }

  @Test
  void everyHalfNumberSurvivesAndOthersAreRoundedOrRefused() {
    float[] halves = new float[1 << 16];
    for (int i = 0; i < halves.length; i++) {
      halves[i] = Float.float16ToFloat((short) i);
    }
    Path file = folder.resolve("half.safetensors");
    try (NDManager manager = Tensors.manager()) {
      Safetensors.write(file, Map.of("x", manager.create(halves)), Map.of(), "F16");
      try (Safetensors read = Safetensors.open(file)) {
        assertArrayEquals(halves, read.floats("x"));
        assertEquals(1 << 17, read.entries().get("x").end());
      }
      NDArray large = manager.create(new float[] {1, 70000});
      String says =
          assertThrows(
                  IllegalArgumentException.class,
                  () -> Safetensors.write(file, Map.of("x", large), Map.of(), "F16"))
              .getMessage();
      assertEquals("tensor 'x' holds 70000.0, which F16 cannot: save it as F32", says);
      try (Safetensors read = Safetensors.open(file)) {
        assertEquals(1 << 16, read.floats("x").length, "the file of before is still there");
      }
    }
  }

  @Test
  void everyBrainFloatIsTheUpperHalfOfAFloat() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(1 << 17).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 1 << 16; i++) {
      data.putShort((short) i);
    }
    Path file =
        file("{\"x\":{\"dtype\":\"BF16\",\"shape\":[65536],\"data_offsets\":[0,131072]}} ", data);
    try (Safetensors read = Safetensors.open(file)) {
      float[] values = read.floats("x");
      for (int i = 0; i < values.length; i++) {
        assertEquals(i << 16, Float.floatToRawIntBits(values[i]));
      }
    }
  }

  @Test
  void theHeaderIsWhatTheFormatSays() throws IOException {
    Path file = folder.resolve("model.safetensors");
    try (NDManager manager = Tensors.manager()) {
      Map<String, NDArray> tensors = new LinkedHashMap<>();
      tensors.put("b", manager.create(new float[] {1, 2}));
      tensors.put("a", manager.create(new float[] {3}, new Shape(1, 1)));
      Safetensors.write(file, tensors, Map.of("k", "v"), "F32");
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    long length = bytes.getLong();
    assertEquals(0, length % 8);
    byte[] header = new byte[(int) length];
    bytes.get(header);
    assertEquals(
        "{\"__metadata__\":{\"k\":\"v\"},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[8,12]}}",
        new String(header, StandardCharsets.UTF_8).strip());
    assertEquals(1, bytes.getFloat());
    assertEquals(2, bytes.getFloat());
    assertEquals(3, bytes.getFloat());
    assertEquals(0, bytes.remaining());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]|8|is no JSON object",
        "{\"x\":3}|8|header entry 'x' is no JSON object",
        "{\"x\"|8|header that is not JSON",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"x\":{}}|8|not JSON",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}|7|tensor 'x' has bytes 0 to 8",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}|9|has 9 bytes of numbers, expected 8",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}|8|tensor 'x' is F32 [3], but has bytes 0 to 8",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}|8|shape has -2",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}|0|tensor 'x' is F32",
        "{\"x\":{\"dtype\":\"F99\",\"shape\":[2],\"data_offsets\":[0,8]}}|8|tensor 'x' has no dtype",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2]}}|8|tensor 'x' has no dtype, shape and data_offsets",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"y\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}|6|tensor 'y' has bytes 2 to 6, expected a begin at 4",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|8|expected a begin at 0",
        "{\"__metadata__\":{\"a\":1}}|0|metadata 'a' is no string",
      })
  void aBadFileIsOneSentence(String header, int data, String expected) throws IOException {
    says(file(header, ByteBuffer.allocate(data)), expected);
  }

  @Test
  void aTruncatedFileIsOneSentenceWhereverItEnds() throws IOException {
    Path whole = folder.resolve("whole.safetensors");
    try (Parameters network = network(1)) {
      Safetensors.save(whole, network, Map.of("a", "b"), "F32");
    }
    byte[] bytes = Files.readAllBytes(whole);
    for (int length = 0; length < bytes.length; length++) {
      Path cut = folder.resolve("cut.safetensors");
      Files.write(cut, Arrays.copyOf(bytes, length));
      says(cut, "cut.safetensors");
    }
  }

  @Test
  void aFileOfAnotherNetworkIsOneSentenceAndChangesNothing() {
    Path file = folder.resolve("other.safetensors");
    try (Parameters one = network(1);
        Parameters two = new Parameters(SeedTree.of(3))) {
      two.normal("a", 1, 5, 3);
      two.under("layers.0").normal("weight", 1, 7);
      two.constant("scale", 1);
      Safetensors.save(file, two, Map.of(), "F32");
      long before = one.checksum();
      assertEquals(
          file + ": tensor 'a' is F32 (5, 3), expected F32 or F16 or BF16 (3, 5)",
          assertThrows(IllegalArgumentException.class, () -> Safetensors.load(file, one))
              .getMessage());
      two.constant("b", 1);
      Safetensors.write(file, Map.of("a", two.get("a"), "b", two.get("b")), Map.of(), "F32");
      assertEquals(
          file + " does not fit: missing are [layers.0.weight, scale], surplus are [b]",
          assertThrows(IllegalArgumentException.class, () -> Safetensors.load(file, one))
              .getMessage());
      assertEquals(before, one.checksum());
    }
  }

  @Test
  void changedBytesAreAFileOrOneSentence() throws IOException {
    Path whole = folder.resolve("whole.safetensors");
    try (Parameters network = network(1)) {
      Safetensors.save(whole, network, Map.of("a", "b"), "F16");
    }
    byte[] bytes = Files.readAllBytes(whole);
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      byte[] changed = bytes.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(128);
      }
      SafetensorsFuzz.check(Files.write(folder.resolve("fuzzed"), changed));
    }
  }

  private Path file(String header, ByteBuffer data) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + text.length + data.capacity()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(text.length).put(text).put(data.clear());
    return Files.write(folder.resolve("made.safetensors"), bytes.array());
  }

  private static void says(Path file, String expected) {
    String says =
        assertThrows(IllegalArgumentException.class, () -> Safetensors.open(file)).getMessage();
    assertTrue(says.contains(expected) && says.startsWith(file.toString()), says);
    assertEquals(1, says.lines().count(), says);
  }
}
