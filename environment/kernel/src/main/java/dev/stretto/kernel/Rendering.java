package dev.stretto.kernel;

import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.stretto.figures.Show;
import java.awt.image.RenderedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/**
 * Turns objects into what a front-end shows: the library's bundle, or the types that are asked for.
 */
final class Rendering {
  private static final Set<String> JSON = Set.of("application/json", "application/geo+json");

  private Rendering() {}

  /** The object as it shows itself. */
  static DisplayData render(Object value) {
    if (value instanceof DisplayData data) {
      return data;
    }
    return data(Show.bundle(value));
  }

  /**
   * The object as the given media types: text is taken to be of the type asked for, bytes and
   * images are encoded, and else the object's own view is narrowed.
   *
   * @throws IllegalArgumentException if the object has none of these views
   */
  static DisplayData render(Object value, List<String> types) {
    if (types.isEmpty()) {
      return render(value);
    }
    Map<String, Object> own = Map.of();
    Map<String, Object> chosen = new LinkedHashMap<>();
    for (String type : types) {
      if (value instanceof CharSequence text) {
        chosen.put(type, JSON.contains(type) ? json(text.toString()) : text.toString());
      } else if (value instanceof byte[] bytes) {
        chosen.put(type, Base64.getEncoder().encodeToString(bytes));
      } else if (value instanceof RenderedImage image
          && type.startsWith("image/")
          && !type.contains("svg")) {
        chosen.put(type, encode(image, type.substring("image/".length())));
      } else {
        own = own.isEmpty() ? Show.bundle(value) : own;
        Object view = own.get(type);
        if (view != null) {
          chosen.put(type, view);
        }
      }
    }
    if (chosen.isEmpty()) {
      if (types.contains("text/plain")) {
        chosen.put("text/plain", String.valueOf(value));
      } else {
        throw new IllegalArgumentException(
            "a "
                + (value == null ? "null" : value.getClass().getSimpleName())
                + " cannot be shown as "
                + String.join(", ", types)
                + ", only as "
                + String.join(", ", own.keySet()));
      }
    }
    return data(chosen);
  }

  private static DisplayData data(Map<String, Object> bundle) {
    var data = new DisplayData();
    bundle.forEach(data::putData);
    return data;
  }

  private static Object json(String text) {
    try {
      return JsonParser.parseString(text);
    } catch (JsonParseException e) {
      throw new IllegalArgumentException("this text is not JSON: " + e.getMessage(), e);
    }
  }

  private static String encode(RenderedImage image, String format) {
    var bytes = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image, format, bytes)) {
        throw new IllegalArgumentException("images cannot be written as image/" + format);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }
}
