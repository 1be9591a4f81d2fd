package dev.stretto.kernel;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.dflib.jjava.jupyter.messages.HMACGenerator;

/** Signs, checks, packs and unpacks messages: the frames of the protocol, version 5.3. */
final class Wire {
  static final String PROTOCOL = "5.3";
  private static final byte[] DELIMITER = "<IDS|MSG>".getBytes(StandardCharsets.US_ASCII);
  private static final Gson GSON =
      new GsonBuilder().serializeNulls().serializeSpecialFloatingPointValues().create();

  private final HMACGenerator hmac;
  private final String session = UUID.randomUUID().toString();

  Wire(HMACGenerator hmac) {
    this.hmac = hmac;
  }

  /** A message of the given type on behalf of {@code request}. */
  Message answer(Message request, String type, JsonObject content) {
    var header = new JsonObject();
    header.addProperty("msg_id", UUID.randomUUID().toString());
    header.addProperty("session", session);
    header.addProperty("username", "kernel");
    header.addProperty("date", Instant.now().toString());
    header.addProperty("msg_type", type);
    header.addProperty("version", PROTOCOL);
    return new Message(request.identities(), header, request.header(), new JsonObject(), content);
  }

  /** Reads the frames of one message; whatever is wrong with them is one exception. */
  Message decode(List<byte[]> frames) throws BadMessage {
    int delimiter = 0;
    while (delimiter < frames.size() && !Arrays.equals(frames.get(delimiter), DELIMITER)) {
      delimiter++;
    }
    if (frames.size() < delimiter + 6) {
      throw new BadMessage("a message of " + frames.size() + " frames is not one of Jupyter's");
    }
    List<byte[]> parts = frames.subList(delimiter + 2, delimiter + 6);
    byte[] signature = frames.get(delimiter + 1);
    if (!MessageDigest.isEqual(signature, signature(parts))) {
      throw new BadMessage("a message with a wrong signature was dropped");
    }
    try {
      return new Message(
          new ArrayList<>(frames.subList(0, delimiter)),
          parse(parts.get(0)),
          parse(parts.get(1)),
          parse(parts.get(2)),
          parse(parts.get(3)));
    } catch (JsonParseException | IllegalStateException e) {
      throw new BadMessage("a message that is not JSON was dropped: " + e.getMessage());
    }
  }

  List<byte[]> encode(Message message) {
    List<byte[]> parts =
        List.of(
            bytes(message.header()),
            bytes(message.parent()),
            bytes(message.metadata()),
            bytes(message.content()));
    List<byte[]> frames = new ArrayList<>(message.identities());
    frames.add(DELIMITER);
    frames.add(signature(parts));
    frames.addAll(parts);
    return frames;
  }

  private byte[] signature(List<byte[]> parts) {
    return hmac.calculateSignature(parts.toArray(byte[][]::new))
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] bytes(JsonObject object) {
    return GSON.toJson(object).getBytes(StandardCharsets.UTF_8);
  }

  private static JsonObject parse(byte[] json) {
    return JsonParser.parseString(new String(json, StandardCharsets.UTF_8)).getAsJsonObject();
  }

  /** A message that cannot be answered: it is logged and dropped. */
  static final class BadMessage extends Exception {
    private static final long serialVersionUID = 1L;

    BadMessage(String message) {
      super(message);
    }
  }
}
