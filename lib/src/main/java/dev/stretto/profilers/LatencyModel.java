package dev.stretto.profilers;

import java.util.List;

/**
 * Time of a pass on a device by its roofline: whichever is longer, moving bytes or multiplying,
 * plus host time of a sequential step. For n positions in each of B rows over L cached ones,
 *
 * <pre>T(n) = max((W + B L kv) / BW, 2 P n B / F) + h</pre>
 *
 * with W = P x bytes a parameter (weights), kv cached bytes a token, BW memory bandwidth, P
 * parameters, F the multiply rate in operations (two a multiply-add), h host time. An upper bound
 * of speed: 5 to 30 % high against reported ones at h = 0. The ceiling of one's own machine and
 * model:
 *
 * <pre>{@code
 * var here = new LatencyModel.Device("here", 12e9, 160e9, 3e-4);     // bytes/s, operations/s, s
 * var mine = new LatencyModel.Shape("12x96", 1.35e6, 4, 12 * 2 * 96 * 4);
 * var model = new LatencyModel(here, mine, 128);
 * model.speedup(2.5, 5, List.of(), 0)      // tau 2.5 from 5 positions, drafts for nothing
 * }</pre>
 *
 * @param device where
 * @param shape of the target
 * @param cached L, positions in the cache, 0 or more
 */
public record LatencyModel(Device device, Shape shape, int cached) {
  /**
   * A device.
   *
   * @param name of it
   * @param bytesPerSecond memory bandwidth BW
   * @param operationsPerSecond F, half precision for the named ones
   * @param hostSeconds h of a pass
   */
  public record Device(
      String name, double bytesPerSecond, double operationsPerSecond, double hostSeconds) {
    /** NVIDIA A100 with 80 GB: 2.04 TB/s, 312 TFLOP/s. */
    public static final Device A100 = new Device("A100-80GB", 2.04e12, 312e12, 0);

    /** NVIDIA GeForce RTX 3090: .936 TB/s, 71 TFLOP/s. */
    public static final Device RTX_3090 = new Device("RTX 3090", .936e12, 71e12, 0);

    /** NVIDIA H100 SXM: 3.35 TB/s, 989 TFLOP/s. */
    public static final Device H100 = new Device("H100", 3.35e12, 989e12, 0);

    /**
     * With host time.
     *
     * @param seconds h
     * @return the same device
     */
    public Device host(double seconds) {
      return new Device(name, bytesPerSecond, operationsPerSecond, seconds);
    }
  }

  /**
   * A model.
   *
   * @param name of it
   * @param parameters P
   * @param bytesPerParameter 2 at half precision
   * @param cacheBytesPerToken kv: layers x 2 x key width x bytes
   */
  public record Shape(
      String name, double parameters, double bytesPerParameter, double cacheBytesPerToken) {
    /** Vicuna-7B (Llama): 32 layers of 4,096. */
    public static final Shape VICUNA_7B = half("Vicuna-7B", 6.738e9, 32, 4096);

    /** The 68M draft of Spec-Bench's speculative sampling rows: 2 layers of 768. */
    public static final Shape LLAMA_68M = half("Llama-68M", 68e6, 2, 768);

    /** Llama-3.1-8B: 32 layers, 8 key heads of 128. */
    public static final Shape LLAMA_8B = half("Llama-3.1-8B", 8.03e9, 32, 1024);

    /**
     * At half precision.
     *
     * @param name of it
     * @param parameters P
     * @param layers how many
     * @param keyWidth key heads times their width
     * @return the shape
     */
    public static Shape half(String name, double parameters, int layers, int keyWidth) {
      return new Shape(name, parameters, 2, 2.0 * layers * 2 * keyWidth);
    }
  }

  /** Checks ranges. */
  public LatencyModel {
    if (!(device.bytesPerSecond > 0
        && device.operationsPerSecond > 0
        && device.hostSeconds >= 0
        && shape.parameters > 0
        && cached >= 0)) {
      throw new IllegalArgumentException(
          "%s, %s, %d cached: expected rates and sizes above 0".formatted(device, shape, cached));
    }
  }

  /**
   * Time of a pass.
   *
   * @param positions n, new positions a row
   * @param rows B
   * @return T(n) in seconds
   */
  public double seconds(double positions, int rows) {
    double moved = weights() + (double) rows * cached * shape.cacheBytesPerToken;
    double operations = 2 * shape.parameters * positions * rows;
    return Math.max(moved / device.bytesPerSecond, operations / device.operationsPerSecond)
        + device.hostSeconds;
  }

  private double weights() {
    return shape.parameters * shape.bytesPerParameter;
  }

  /**
   * The most positions (over all rows) that cost no more than one: beyond it a pass is bound by
   * multiplying.
   *
   * @return n* = F (bytes a parameter) / (2 BW), the cache left out
   */
  public double breakEven() {
    return device.operationsPerSecond * shape.bytesPerParameter / (2 * device.bytesPerSecond);
  }

  /**
   * Speed-up of a speculative method for one row.
   *
   * @param tau tokens a pass, the bonus included
   * @param nodes positions a target pass scores
   * @param drafts shape of what each sequential draft step reads: a draft model as often as it
   *     steps, or each head
   * @param hostSecondsPerDraft h of a draft step
   * @return tau T(1) / (T(nodes) + sum of draft steps)
   */
  public double speedup(double tau, int nodes, List<Shape> drafts, double hostSecondsPerDraft) {
    Device host = device.host(hostSecondsPerDraft);
    double drafting =
        drafts.stream().mapToDouble(d -> new LatencyModel(host, d, cached).seconds(1, 1)).sum();
    return tau * seconds(1, 1) / (seconds(nodes, 1) + drafting);
  }
}
