package dev.stretto.data.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON object of other people's files. What does not fit is said in one sentence that names the
 * place and the field, as IllegalArgumentException; a field that is null is not there.
 *
 * @param place for the sentences: a file, or a file and a line
 * @param members by name; values are String, Long, Double, Boolean, List, JsonFields
 */
public record JsonFields(String place, Map<String, Object> members) {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /**
   * Reads an object.
   *
   * @param place for the sentences
   * @param json the text
   * @return its fields
   */
  public static JsonFields parse(Object place, String json) {
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException(place + " holds no JSON object");
      }
      JsonFields fields = object(parser, String.valueOf(place));
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException(place + " has text behind its JSON object");
      }
      return fields;
    } catch (JsonProcessingException e) {
      String why = e.getOriginalMessage().lines().findFirst().orElse("");
      throw new IllegalArgumentException(place + " is not JSON: " + why, e);
    } catch (IOException e) {
      throw new UncheckedIOException(place + " cannot be read: " + e, e);
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
   * Reads a file that holds an object a line; empty lines are passed over.
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

  private static JsonFields object(JsonParser parser, String place) throws IOException {
    Map<String, Object> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      Object value = value(parser, place);
      if (value != null) {
        members.put(name, value);
      }
    }
    return new JsonFields(place, Collections.unmodifiableMap(members));
  }

  private static Object value(JsonParser parser, String place) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser, place);
      case START_ARRAY -> {
        List<Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(value(parser, place));
        }
        yield Collections.unmodifiableList(list);
      }
      case VALUE_NUMBER_INT ->
          parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
              ? (Object) parser.getDoubleValue()
              : (Object) parser.getLongValue();
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> parser.getText();
    };
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
    Object value = type == Double.class && found instanceof Long n ? (Object) (double) n : found;
    if (!type.isInstance(value)) {
      throw new IllegalArgumentException(
          "%s: '%s' is %s, expected %s"
              .formatted(
                  place,
                  name,
                  found instanceof JsonFields ? "an object" : brief(found),
                  kind(type)));
    }
    return type.cast(value);
  }

  private static String brief(Object found) {
    String text = String.valueOf(found).replaceAll("\\R", " ");
    return text.length() > 40 ? text.substring(0, 40) + "..." : text;
  }

  private static String kind(Class<?> type) {
    return switch (type.getSimpleName()) {
      case "Long" -> "a whole number";
      case "Double" -> "a number";
      case "Boolean" -> "true or false";
      case "String" -> "a text";
      case "List" -> "a list";
      default -> "an object";
    };
  }
}
