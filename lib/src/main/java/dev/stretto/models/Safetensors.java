package dev.stretto.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.annotations.SerializedName;
import dev.stretto.tensor.Tensors;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A safetensors file, mapped into memory: eight bytes with the length of a JSON header, the header
 * (names, types, shapes, offsets, metadata), the numbers. Read are F32, F16 and BF16, written F32
 * and F16. What is wrong with a file is said in one sentence, as IllegalArgumentException; one that
 * cannot be read or written is an UncheckedIOException.
 */
public final class Safetensors implements AutoCloseable {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final List<String> READ = List.of("F32", "F16", "BF16");

  /** What the format's own reader accepts. */
  private static final long LONGEST_HEADER = 100_000_000;

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private static final Gson WRITER = new GsonBuilder().disableHtmlEscaping().create();

  /**
   * Where a tensor lies.
   *
   * @param dtype the file's name of its type: F32, F16, BF16, or one that is not read here
   * @param shape its shape
   * @param begin its first byte, counted from the end of the header
   * @param end the byte behind its last one
   */
  public record Entry(String dtype, Shape shape, long begin, long end) {}

  private final Path path;
  private final Arena arena = Arena.ofShared();
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private MemorySegment data = MemorySegment.NULL;

  private Safetensors(Path path) {
    this.path = path;
  }

  /**
   * Opens a file and checks its header.
   *
   * @param path the file, of any size
   * @return the file, to be closed by the caller
   */
  public static Safetensors open(Path path) {
    Safetensors file = new Safetensors(path);
    try (FileChannel channel = FileChannel.open(path)) {
      file.read(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), file.arena));
      return file;
    } catch (IOException e) {
      file.close();
      throw new UncheckedIOException(path + " cannot be read: " + e, e);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** {@return the tensors by name, in the header's order; not to be changed} */
  public Map<String, Entry> entries() {
    return Collections.unmodifiableMap(entries);
  }

  /** {@return the texts under {@code __metadata__} by name; not to be changed} */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(metadata);
  }

  /**
   * The numbers of a tensor.
   *
   * @param name its name
   * @return a copy in row order; throws IllegalArgumentException for a name or a type that is not
   *     there, and for more than 2^31 numbers
   */
  public float[] floats(String name) {
    Entry entry = entries.get(name);
    check(entry != null, "has no tensor '" + name + "'");
    long count = entry.shape.size();
    check(
        count <= Integer.MAX_VALUE - 8,
        "tensor '%s' of %d numbers is too long".formatted(name, count));
    float[] values = new float[(int) count];
    switch (entry.dtype) {
      case "F32" -> MemorySegment.copy(data, FLOAT, entry.begin, values, 0, values.length);
      case "F16", "BF16" -> {
        boolean brain = entry.dtype.equals("BF16");
        for (int i = 0; i < values.length; i++) {
          short half = data.get(SHORT, entry.begin + 2L * i);
          values[i] = brain ? Float.intBitsToFloat(half << 16) : Float.float16ToFloat(half);
        }
      }
      default ->
          check(false, "tensor '%s' is %s, expected F32, F16 or BF16".formatted(name, entry.dtype));
    }
    return values;
  }

  /**
   * Puts a file's numbers into a network. Nothing is changed where anything does not fit.
   *
   * @param path the file; it must have exactly the network's names and shapes
   * @param parameters the network's weights
   * @return the file's metadata
   */
  public static Map<String, String> load(Path path, Parameters parameters) {
    try (Safetensors file = open(path)) {
      file.into(parameters.all(), "");
      return Map.copyOf(file.metadata);
    }
  }

  /**
   * Writes a network's weights; the file is there as a whole or not at all.
   *
   * @param path the file
   * @param parameters the weights
   * @param metadata texts to keep with them
   * @param dtype F32 or F16
   */
  public static void save(
      Path path, Parameters parameters, Map<String, String> metadata, String dtype) {
    write(path, parameters.all(), metadata, dtype);
  }

  /**
   * Puts the tensors under a prefix into arrays: a part of a checkpoint. Nothing is changed where
   * anything does not fit.
   *
   * @param arrays of floats by name, all of which the file must have, and no others
   * @param prefix before each name in the file, with its dot; may be empty
   */
  public void into(Map<String, NDArray> arrays, String prefix) {
    Set<String> surplus = new TreeSet<>();
    entries.keySet().stream()
        .filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()))
        .forEach(surplus::add);
    Set<String> missing = new TreeSet<>(arrays.keySet());
    missing.removeAll(surplus);
    surplus.removeAll(arrays.keySet());
    check(
        missing.isEmpty() && surplus.isEmpty(),
        "does not fit: missing are %s, surplus are %s".formatted(missing, surplus));
    arrays.forEach(
        (name, array) -> {
          Entry found = entries.get(prefix + name);
          check(
              found.shape.equals(array.getShape()) && READ.contains(found.dtype),
              "tensor '%s' is %s %s, expected %s %s"
                  .formatted(
                      prefix + name,
                      found.dtype,
                      found.shape,
                      String.join(" or ", READ),
                      array.getShape()));
        });
    arrays.forEach(
        (name, array) -> {
          try (NDArray fresh = array.getManager().create(floats(prefix + name), array.getShape())) {
            Parameters.assign(array, fresh);
          }
        });
  }

  /**
   * Writes arrays; the file is there as a whole or not at all.
   *
   * @param path the file
   * @param tensors arrays of floats by name
   * @param metadata texts to keep with them
   * @param dtype F32 or F16; F16 refuses finite numbers that it cannot hold
   */
  public static void write(
      Path path, Map<String, NDArray> tensors, Map<String, String> metadata, String dtype) {
    if (!dtype.equals("F32") && !dtype.equals("F16")) {
      throw new IllegalArgumentException("dtype is '" + dtype + "', expected F32 or F16");
    }
    Path part = path.resolveSibling("." + path.getFileName() + "." + ProcessHandle.current().pid());
    try {
      // a stream, since an interrupt closes a channel in the middle of a checkpoint
      try (OutputStream out = new FileOutputStream(part.toFile())) {
        byte[] header = header(tensors, metadata, dtype);
        ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        out.write(length.putLong(header.length).array());
        out.write(header);
        for (Map.Entry<String, NDArray> tensor : tensors.entrySet()) {
          writeNumbers(out, tensor.getKey(), Tensors.floats(tensor.getValue()), dtype);
        }
      }
      Files.move(part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(path + " cannot be written: " + e, e);
    } finally {
      part.toFile().delete();
    }
  }

  @Override
  public void close() {
    arena.close();
  }

  /** What the header says of a tensor, in its order. */
  @SuppressWarnings("ArrayRecordComponent") // written once
  private record Described(
      String dtype, long[] shape, @SerializedName("data_offsets") long[] offsets) {}

  private static byte[] header(
      Map<String, NDArray> tensors, Map<String, String> metadata, String dtype) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("__metadata__", metadata);
    long offset = 0;
    for (Map.Entry<String, NDArray> tensor : tensors.entrySet()) {
      Shape shape = tensor.getValue().getShape();
      long end = offset + shape.size() * width(dtype);
      header.put(tensor.getKey(), new Described(dtype, shape.getShape(), new long[] {offset, end}));
      offset = end;
    }
    byte[] json = WRITER.toJson(header).getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(json, Math.ceilDiv(json.length, 8) * 8);
    Arrays.fill(padded, json.length, padded.length, (byte) ' ');
    return padded;
  }

  private static void writeNumbers(OutputStream out, String name, FloatBuffer numbers, String dtype)
      throws IOException {
    byte[] bytes = new byte[1 << 16];
    ByteBuffer chunk = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (numbers.hasRemaining()) {
      float value = numbers.get();
      if (dtype.equals("F32")) {
        chunk.putFloat(value);
      } else {
        short half = Float.floatToFloat16(value);
        if (Float.isFinite(value) && !Float.isFinite(Float.float16ToFloat(half))) {
          throw new IllegalArgumentException(
              "tensor '%s' holds %s, which F16 cannot: save it as F32".formatted(name, value));
        }
        chunk.putShort(half);
      }
      if (!chunk.hasRemaining() || !numbers.hasRemaining()) {
        out.write(bytes, 0, chunk.position());
        chunk.clear();
      }
    }
  }

  private void read(MemorySegment file) throws IOException {
    long size = file.byteSize();
    check(size >= 8, "has %d bytes, expected a header length of 8 bytes".formatted(size));
    long length = file.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
    check(
        length >= 2 && length <= Math.min(size - 8, LONGEST_HEADER),
        "says that its header has %s bytes, but it has %d bytes in all"
            .formatted(Long.toUnsignedString(length), size));
    data = file.asSlice(8 + length);
    byte[] header = file.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
    try (JsonParser json = JSON.createParser(header)) {
      check(json.nextToken() == JsonToken.START_OBJECT, "has a header that is no JSON object");
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        check(
            json.nextToken() == JsonToken.START_OBJECT,
            "header entry '%s' is no JSON object".formatted(name));
        if (name.equals("__metadata__")) {
          while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            check(
                json.nextToken() == JsonToken.VALUE_STRING,
                "metadata '%s' is no string".formatted(key));
            metadata.put(key, json.getText());
          }
        } else {
          entries.put(name, entry(json, name));
        }
      }
      check(json.nextToken() == null, "has text behind its header's JSON object");
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalArgumentException(
          "%s has a header that is not JSON: %s"
              .formatted(path, e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    }
    checkOffsets();
  }

  private Entry entry(JsonParser json, String name) throws IOException {
    String dtype = "";
    long[] shape = null;
    long[] offsets = null;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      JsonToken token = json.nextToken();
      switch (field) {
        case "dtype" -> dtype = token == JsonToken.VALUE_STRING ? json.getText() : "";
        case "shape" -> shape = sizes(json, name, field);
        case "data_offsets" -> offsets = sizes(json, name, field);
        default -> check(false, "tensor '%s' has an unknown field '%s'".formatted(name, field));
      }
    }
    check(
        shape != null && offsets != null && offsets.length == 2 && width(dtype) > 0,
        "tensor '%s' has no dtype, shape and data_offsets that could be read".formatted(name));
    long bytes = width(dtype);
    try {
      for (long extent : shape) {
        bytes = Math.multiplyExact(bytes, extent);
      }
    } catch (ArithmeticException e) {
      bytes = -1;
    }
    check(
        offsets[1] - offsets[0] == bytes,
        "tensor '%s' is %s %s, but has bytes %d to %d"
            .formatted(name, dtype, Arrays.toString(shape), offsets[0], offsets[1]));
    return new Entry(dtype, new Shape(shape), offsets[0], offsets[1]);
  }

  private long[] sizes(JsonParser json, String name, String field) throws IOException {
    List<Long> sizes = new ArrayList<>();
    check(
        json.currentToken() == JsonToken.START_ARRAY, "tensor '%s': bad %s".formatted(name, field));
    while (json.nextToken() != JsonToken.END_ARRAY) {
      check(
          json.currentToken() == JsonToken.VALUE_NUMBER_INT
              && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER
              && json.getLongValue() >= 0,
          "tensor '%s': %s has %s, expected a whole number from 0"
              .formatted(name, field, json.getText()));
      sizes.add(json.getLongValue());
    }
    return sizes.stream().mapToLong(Long::longValue).toArray();
  }

  /** Tensors cover the data without gaps and overlaps, as the format says. */
  private void checkOffsets() {
    long at = 0;
    for (Map.Entry<String, Entry> next :
        entries.entrySet().stream()
            .sorted(
                Comparator.comparingLong((Map.Entry<String, Entry> e) -> e.getValue().begin)
                    .thenComparingLong(e -> e.getValue().end))
            .toList()) {
      Entry entry = next.getValue();
      check(
          entry.begin == at && entry.end <= data.byteSize(),
          "tensor '%s' has bytes %d to %d, expected a begin at %d and an end by %d"
              .formatted(next.getKey(), entry.begin, entry.end, at, data.byteSize()));
      at = entry.end;
    }
    check(
        at == data.byteSize(),
        "has %d bytes of numbers, expected %d".formatted(data.byteSize(), at));
  }

  private static int width(String dtype) {
    return switch (dtype) {
      case "BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2" -> 1;
      case "I16", "U16", "F16", "BF16" -> 2;
      case "I32", "U32", "F32" -> 4;
      case "I64", "U64", "F64" -> 8;
      default -> 0;
    };
  }

  private void check(boolean holds, String sentence) {
    if (!holds) {
      String says = sentence.replaceAll("\\R", " ");
      throw new IllegalArgumentException(path + (says.startsWith("tensor") ? ": " : " ") + says);
    }
  }
}
