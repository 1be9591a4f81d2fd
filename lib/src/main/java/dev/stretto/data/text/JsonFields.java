package dev.stretto.data.text;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A JSON object with typed access. What does not fit gives an IllegalArgumentException of one
 * sentence that names place and field; a field that is null counts as missing.
 *
 * @param place for the sentences: a file, or a file and a line
 * @param members by name; values are String, Long, Double, Boolean, List, Map
 */
public record JsonFields(String place, Map<String, Object> members) {
  private static final Gson JSON =
      new GsonBuilder()
          .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
          .setStrictness(Strictness.STRICT)
          .create();

  /** What the sentences call the types. */
  private static final Map<Class<?>, String> KINDS =
      Map.of(
          Long.class, "a whole number",
          Double.class, "a number",
          Boolean.class, "true or false",
          String.class, "a text",
          List.class, "a list");

  /** Copies the fields that are not null. */
  public JsonFields {
    Map<String, Object> kept = new LinkedHashMap<>(members);
    kept.values().removeIf(Objects::isNull);
    members = Collections.unmodifiableMap(kept);
  }

  /**
   * Reads an object.
   *
   * @param place for the sentences
   * @param json the text
   * @return its fields
   */
  public static JsonFields parse(Object place, String json) {
    if (!json.stripLeading().startsWith("{")) {
      throw new IllegalArgumentException(place + " holds no JSON object");
    }
    try {
      return new JsonFields(place.toString(), JSON.fromJson(json, new TypeToken<>() {}));
    } catch (JsonParseException e) {
      String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new IllegalArgumentException(
          place + " is not JSON: " + why.replaceFirst("^[\\w.]+Exception: ", ""), e);
    }
  }

  /**
   * Reads a file that holds an object.
   *
   * @param file in UTF-8
   * @return its fields; throws UncheckedIOException where it cannot be read
   */
  public static JsonFields read(Path file) {
    return parse(file, text(file));
  }

  /**
   * Reads a file that holds an object a line; empty lines are skipped.
   *
   * @param file in UTF-8
   * @return the objects in order
   */
  public static List<JsonFields> readLines(Path file) {
    List<JsonFields> objects = new ArrayList<>();
    String[] lines = text(file).split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      Checks.running("reading " + file);
      if (!lines[i].isBlank()) {
        objects.add(parse(file + ":" + (i + 1), lines[i]));
      }
    }
    return objects;
  }

  private static String text(Path file) {
    try {
      return Checks.text(Files.readAllBytes(file), file);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read: " + e, e);
    }
  }

  /**
   * A field that may be missing.
   *
   * @param name of the field
   * @param type String, Long, Double (whole numbers count as such), Boolean, List or JsonFields
   * @param <T> the type
   * @return its value
   */
  public <T> Optional<T> find(String name, Class<T> type) {
    Object found = members.get(name);
    return found == null ? Optional.empty() : Optional.of(cast(name, found, type));
  }

  /**
   * A field that must be there.
   *
   * @param name of the field
   * @param type as for {@link #find}
   * @param <T> the type
   * @return its value
   */
  public <T> T get(String name, Class<T> type) {
    return find(name, type)
        .orElseThrow(() -> new IllegalArgumentException("%s has no '%s'".formatted(place, name)));
  }

  /**
   * A size or a count.
   *
   * @param name of a field that must be there
   * @param least the smallest that is right
   * @return its value
   */
  public int whole(String name, int least) {
    long value = get(name, Long.class);
    if (value < least || value > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "%s: '%s' is %d, expected %d or more".formatted(place, name, value, least));
    }
    return (int) value;
  }

  /**
   * A list that must be there.
   *
   * @param name of the field
   * @param type of all its items
   * @param <T> the type
   * @return the items
   */
  public <T> List<T> list(String name, Class<T> type) {
    List<T> items = new ArrayList<>();
    for (Object item : get(name, List.class)) {
      items.add(cast(name, item, type));
    }
    return items;
  }

  private <T> T cast(String name, Object found, Class<T> type) {
    Object value =
        switch (found) {
          case Long n when type == Double.class -> (double) n;
          case Map<?, ?> map -> nested(map);
          default -> found;
        };
    if (!type.isInstance(value)) {
      throw new IllegalArgumentException(
          "%s: '%s' is %s, expected %s"
              .formatted(
                  place,
                  name,
                  value instanceof JsonFields ? "an object" : brief(found),
                  KINDS.getOrDefault(type, "an object")));
    }
    return type.cast(value);
  }

  private JsonFields nested(Map<?, ?> map) {
    Map<String, Object> inner = new LinkedHashMap<>();
    map.forEach((name, value) -> inner.put(String.valueOf(name), value));
    return new JsonFields(place, inner);
  }

  private static String brief(Object found) {
    String text = String.valueOf(found).replaceAll("\\R", " ");
    return text.length() > 40 ? text.substring(0, 40) + "..." : text;
  }
}
