package dev.stretto.experiments;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * The settings of a notebook: a record that carries its defaults, overridden by {@code STRETTO_SET}
 * ({@code "batches=400,buckets=10:20:30"}). Components may be int, long, double, boolean, String,
 * an enum, Path, or a List of these (elements parted by colons).
 */
public final class Settings {
  private Settings() {}

  /**
   * Applies overrides that are given as text.
   *
   * @param defaults a record with the defaults
   * @param overrides {@code "key=value,key=value"}; empty for none
   * @param <R> the record's type
   * @return the same record type with what was overridden
   * @throws IllegalArgumentException for an unknown key or a value of the wrong type; the sentence
   *     lists the keys
   */
  public static <R extends Record> R of(R defaults, String overrides) {
    RecordComponent[] components = defaults.getClass().getRecordComponents();
    Map<String, Object> values = values(defaults);
    for (String entry : overrides.split(",", -1)) {
      if (entry.isBlank()) {
        continue;
      }
      int equals = entry.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException(
            "setting '%s' is not of the form key=value; %s"
                .formatted(entry.strip(), keys(components)));
      }
      String key = entry.substring(0, equals).strip();
      String text = entry.substring(equals + 1).strip();
      RecordComponent component =
          Arrays.stream(components)
              .filter(candidate -> candidate.getName().equals(key))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "no setting is called '%s'; %s".formatted(key, keys(components))));
      try {
        values.put(key, parse(component.getGenericType(), text));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "setting %s cannot be '%s'; %s".formatted(key, text, keys(components)), e);
      }
    }
    @SuppressWarnings("unchecked") // the class of an R
    Class<R> type = (Class<R>) defaults.getClass();
    return create(type, values.values().toArray());
  }

  /**
   * The settings as text, for provenance: what {@code STRETTO_SET} would have to say.
   *
   * @param settings a record
   * @return {@code "key=value,key=value"} in the record's order
   */
  public static String resolved(Record settings) {
    return values(settings).entrySet().stream()
        .map(entry -> entry.getKey() + "=" + text(entry.getValue()))
        .collect(Collectors.joining(","));
  }

  static Map<String, Object> values(Record settings) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (RecordComponent component : settings.getClass().getRecordComponents()) {
      try {
        // a record declared in a notebook cell is not public
        component.getAccessor().setAccessible(true);
        values.put(component.getName(), component.getAccessor().invoke(settings));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("cannot read setting " + component.getName(), e);
      }
    }
    return values;
  }

  /** A record whose components are given as text, under their names in snake case. */
  static <R extends Record> R read(Class<R> type, Map<String, String> row) {
    List<Object> values = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      String text = row.get(column(component));
      try {
        values.add(parse(component.getGenericType(), text));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "%s cannot be '%s'".formatted(column(component), text), e);
      }
    }
    return create(type, values.toArray());
  }

  /** The names in snake case under which {@link #read} looks for a record's components. */
  static List<String> columns(Class<? extends Record> type) {
    return Arrays.stream(type.getRecordComponents()).map(Settings::column).toList();
  }

  private static String column(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  private static <R extends Record> R create(Class<R> type, Object[] values) {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      Constructor<R> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(
          "these settings are refused: " + e.getCause().getMessage(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make " + type.getName(), e);
    }
  }

  private static Object parse(Type type, String text) {
    if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
      List<Object> elements = new ArrayList<>();
      for (String element : text.isEmpty() ? new String[0] : text.split(":", -1)) {
        elements.add(parse(list.getActualTypeArguments()[0], element.strip()));
      }
      return List.copyOf(elements);
    }
    if (!(type instanceof Class<?> raw)) {
      throw new IllegalArgumentException("unsupported type " + type);
    }
    if (raw == int.class || raw == Integer.class) {
      return Integer.valueOf(text.replace("_", ""));
    } else if (raw == long.class || raw == Long.class) {
      return Long.valueOf(text.replace("_", ""));
    } else if (raw == double.class || raw == Double.class) {
      return Double.valueOf(text);
    } else if (raw == boolean.class || raw == Boolean.class) {
      if (!text.equals("true") && !text.equals("false")) {
        throw new IllegalArgumentException(text);
      }
      return Boolean.valueOf(text);
    } else if (raw == OptionalDouble.class) {
      return text.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(text));
    } else if (raw == String.class) {
      return text;
    } else if (raw == Path.class) {
      return Path.of(text);
    } else if (raw.isEnum()) {
      return Arrays.stream(raw.getEnumConstants())
          .filter(
              constant ->
                  ((Enum<?>) constant).name().equalsIgnoreCase(text)
                      || constant.toString().equals(text))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException(text));
    }
    throw new IllegalArgumentException("unsupported type " + type);
  }

  private static String text(Object value) {
    if (value instanceof List<?> list) {
      return list.stream().map(Settings::text).collect(Collectors.joining(":"));
    }
    return value instanceof Enum<?> constant ? constant.name() : String.valueOf(value);
  }

  private static String keys(RecordComponent[] components) {
    return "the settings are "
        + Arrays.stream(components)
            .map(component -> component.getName() + " (" + describe(component) + ")")
            .collect(Collectors.joining(", "));
  }

  private static String describe(RecordComponent component) {
    if (component.getType().isEnum()) {
      return Arrays.stream(component.getType().getEnumConstants())
          .map(String::valueOf)
          .collect(Collectors.joining("|"));
    }
    return component.getGenericType() instanceof ParameterizedType list
            && list.getActualTypeArguments()[0] instanceof Class<?> element
        ? "list of " + element.getSimpleName()
        : component.getType().getSimpleName();
  }
}
