package dev.stretto.kernel;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;

/**
 * One message of the Jupyter protocol. {@code parent} is the header of the request that the message
 * belongs to, empty where there is none.
 */
record Message(
    List<byte[]> identities,
    JsonObject header,
    JsonObject parent,
    JsonObject metadata,
    JsonObject content) {

  String type() {
    return text(header, "msg_type", "");
  }

  String text(String key, String otherwise) {
    return text(content, key, otherwise);
  }

  boolean flag(String key, boolean otherwise) {
    JsonElement value = content.get(key);
    return (value == null || !value.isJsonPrimitive()) ? otherwise : value.getAsBoolean();
  }

  int number(String key, int otherwise) {
    JsonElement value = content.get(key);
    return (value == null || !value.isJsonPrimitive()) ? otherwise : value.getAsInt();
  }

  private static String text(JsonObject object, String key, String otherwise) {
    JsonElement value = object.get(key);
    return (value == null || !value.isJsonPrimitive()) ? otherwise : value.getAsString();
  }
}
