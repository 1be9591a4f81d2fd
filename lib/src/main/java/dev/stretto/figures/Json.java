package dev.stretto.figures;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.ToNumberPolicy;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** JSON as plain maps, lists, strings and numbers. */
final class Json {
  private static final Gson GSON =
      new GsonBuilder()
          .setPrettyPrinting()
          .disableHtmlEscaping()
          .serializeSpecialFloatingPointValues()
          .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
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
      return GSON.fromJson(JsonParser.parseString(json), Object.class);
    } catch (JsonParseException e) {
      throw new IllegalArgumentException("not JSON: " + e.getMessage(), e);
    }
  }
}
