package dev.stretto.experiments;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.stretto.training.TrainingConfig;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The words of a recipe in one form, and their hash. */
final class Keys {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private Keys() {}

  /** {@return 12 hexadecimal digits of the SHA-256 of the words as JSON} */
  static String hash(Object words) {
    try {
      byte[] text = json(words).getBytes(StandardCharsets.UTF_8);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(text);
      return HexFormat.of().formatHex(hash, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static String json(Object words) {
    return GSON.toJson(words);
  }

  /**
   * A value without names of classes; a choice of a sealed type says which one it is.
   *
   * @param names whether a record is a map of its components (for readers), or the list of their
   *     values, so that a component can be renamed
   */
  static Object plain(Object value, boolean names) {
    return switch (value) {
      case Record record -> {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (Arrays.stream(value.getClass().getInterfaces()).anyMatch(Class::isSealed)) {
          fields.put("choice", value.getClass().getSimpleName());
        }
        Settings.values(record).forEach((name, field) -> fields.put(name, plain(field, names)));
        yield names ? fields : List.copyOf(fields.values());
      }
      case Map<?, ?> map -> {
        Map<String, Object> fields = new TreeMap<>();
        map.forEach((name, field) -> fields.put(String.valueOf(name), plain(field, names)));
        yield fields;
      }
      case List<?> list -> list.stream().map(element -> plain(element, names)).toList();
      case Optional<?> optional ->
          optional.map(element -> plain(element, names)).map(List::of).orElse(List.of());
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

  /** Budget, learning rate and what differs from the defaults: a new component changes no key. */
  static Map<String, Object> training(TrainingConfig how) {
    Map<String, Object> usual =
        Settings.values(TrainingConfig.of(how.budget(), how.learningRate()));
    Map<String, Object> words = new TreeMap<>();
    Settings.values(how)
        .forEach(
            (name, value) -> {
              if (!value.equals(usual.get(name))) {
                words.put(name, plain(value, true));
              }
            });
    words.put("budget", how.budget().words());
    words.put("learningRate", plain(how.learningRate(), true));
    return words;
  }
}
