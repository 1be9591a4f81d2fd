package dev.stretto.figures;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** JSON as plain maps, lists, strings and numbers, all numbers read as doubles. */
final class Json {
  private static final Gson GSON =
      new GsonBuilder()
          .setPrettyPrinting()
          .disableHtmlEscaping()
          .serializeSpecialFloatingPointValues()
          .create();

  private Json() {}

  static String pretty(Object tree) {
    return GSON.toJson(tree);
  }

  /** With the keys of all objects in alphabetical order, so that equal trees give equal text. */
  static String canonical(Object tree) {
    return pretty(sorted(tree));
  }

  private static Object sorted(Object tree) {
    return switch (tree) {
      case Map<?, ?> map -> {
        Map<String, Object> keys = new TreeMap<>();
        map.forEach((key, value) -> keys.put(String.valueOf(key), sorted(value)));
        yield keys;
      }
      case List<?> list -> list.stream().map(Json::sorted).toList();
      case null, default -> tree;
    };
  }

  static Object parse(String json) {
    try {
      return GSON.fromJson(json, Object.class);
    } catch (JsonParseException e) {
      throw new IllegalArgumentException("not JSON: " + e.getMessage(), e);
    }
  }

  /** The keys of two maps, those of the second first; else the second. */
  @SuppressWarnings("unchecked")
  static Object merged(Object base, Object own) {
    if (base instanceof Map && own instanceof Map) {
      Map<String, Object> merged = new LinkedHashMap<>((Map<String, Object>) base);
      merged.putAll((Map<String, Object>) own);
      return merged;
    }
    return own;
  }

  /** A deep copy, all numbers as doubles: the engine takes some only so. */
  static Object copy(Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((k, v) -> copy.put((String) k, copy(v)));
        yield copy;
      }
      case List<?> list -> {
        List<Object> copy = new ArrayList<>();
        list.forEach(v -> copy.add(copy(v)));
        yield copy;
      }
      case Number number -> number.doubleValue();
      case null, default -> value;
    };
  }
}
