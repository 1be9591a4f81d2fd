package dev.stretto.models.layers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.stretto.tensor.Tensors;

/**
 * Layers as functions of tensors and weights. Results belong to the scope of the first argument, so
 * the input comes first and the weight never.
 */
public final class Ops {
  private static final int MOST_ROWS = 15;

  private Ops() {}

  /**
   * x W' + b.
   *
   * @param x (..., in)
   * @param weight (out, in)
   * @return (..., out)
   */
  public static NDArray linear(NDArray x, NDArray weight) {
    return JniUtils.linear((PtNDArray) x, (PtNDArray) weight, null);
  }

  /**
   * x W' + b.
   *
   * @param x (..., in)
   * @param weight (out, in)
   * @param bias (out)
   * @return (..., out)
   */
  public static NDArray linear(NDArray x, NDArray weight, NDArray bias) {
    return JniUtils.linear((PtNDArray) x, (PtNDArray) weight, (PtNDArray) bias);
  }

  /**
   * x times a number. The engine's own product with a number must not be differentiated: the number
   * lives in memory of the JVM, which goes with the next collection and is read by the backward
   * pass. Here it lives as long as x's scope.
   *
   * @param x any shape
   * @param factor the number
   * @return as x
   */
  public static NDArray times(NDArray x, double factor) {
    return x.mul(x.getManager().create((float) factor));
  }

  /**
   * x to the power of a number, which lives as long as x's scope: see {@link #times}.
   *
   * @param x any shape, above 0 for broken powers
   * @param exponent the number
   * @return as x
   */
  public static NDArray power(NDArray x, double exponent) {
    return x.pow(x.getManager().create((float) exponent));
  }

  /**
   * Rows of a table.
   *
   * @param ids 64-bit, any shape
   * @param table (vocabulary, width)
   * @return (..., width)
   */
  public static NDArray embedding(NDArray ids, NDArray table) {
    return JniUtils.embedding((PtNDArray) ids, (PtNDArray) table, false);
  }

  /**
   * Layer norm over the last axis (Ba et al. 2016), one operation.
   *
   * @param x (..., width)
   * @param gain (width)
   * @param bias (width)
   * @param epsilon added to the variance
   * @return as x
   */
  public static NDArray layerNorm(NDArray x, NDArray gain, NDArray bias, double epsilon) {
    return JniUtils.layerNorm(
        (PtNDArray) x, gain.getShape(), (PtNDArray) gain, (PtNDArray) bias, epsilon);
  }

  /**
   * Root mean square norm over the last axis (Zhang and Sennrich 2019).
   *
   * @param x (..., width)
   * @param gain (width)
   * @param epsilon added to the mean square
   * @return as x
   */
  public static NDArray rmsNorm(NDArray x, NDArray gain, double epsilon) {
    int last = x.getShape().dimension() - 1;
    NDArray scale = power(x.square().mean(new int[] {last}, true).add(epsilon), -0.5);
    return x.mul(scale).mul(gain);
  }

  /**
   * The Gaussian error linear unit, exact.
   *
   * @param x any shape
   * @return as x
   */
  public static NDArray gelu(NDArray x) {
    return JniUtils.gelu((PtNDArray) x);
  }

  /**
   * The Gaussian error linear unit by a hyperbolic tangent (Hendrycks and Gimpel 2016, section 2):
   * x (1 + tanh u) / 2 with u = sqrt(2 / pi) (x + 0.044715 x^3), which is x sigmoid(2 u).
   *
   * @param x any shape
   * @return as x
   */
  public static NDArray geluTanh(NDArray x) {
    double twice = 2 * Math.sqrt(2 / Math.PI);
    NDArray exponent = times(x.square(), 0.044715 * twice).add(twice).mul(x);
    return x.mul(JniUtils.sigmoid((PtNDArray) exponent));
  }

  /**
   * x sigmoid(x).
   *
   * @param x any shape
   * @return as x
   */
  public static NDArray silu(NDArray x) {
    return x.mul(JniUtils.sigmoid((PtNDArray) x));
  }

  /**
   * Sets numbers to zero at random and scales the rest; the engine's own generator decides which.
   *
   * @param x any shape
   * @param share of numbers
   * @return as x
   */
  public static NDArray dropout(NDArray x, double share) {
    return JniUtils.dropout((PtNDArray) x, share, true);
  }

  /**
   * Convolution along time, channels last: the kernel's frames side by side, then one product. The
   * engine's own convolution warns on stderr wherever its NNPACK does not know the processor.
   *
   * @param xBTC (batch, time, channels)
   * @param weight (out, kernel * channels), the kernel's first frame first
   * @param bias (out)
   * @param kernel odd number of frames
   * @param stride steps in time
   * @return (batch, ceil(time / stride), out); zeros stand before and behind
   */
  public static NDArray convolution(
      NDArray xBTC, NDArray weight, NDArray bias, int kernel, int stride) {
    Shape shape = xBTC.getShape();
    NDManager scope = xBTC.getManager();
    NDArray silence = scope.zeros(new Shape(shape.get(0), kernel / 2, shape.get(2)));
    NDArray wide = NDArrays.concat(new NDList(silence, xBTC, silence), 1);
    long out = Math.ceilDiv(shape.get(1), stride);
    NDList frames = new NDList(kernel);
    for (int k = 0; k < kernel; k++) {
      frames.add(
          JniUtils.index(
              (PtNDArray) wide,
              new long[] {0, k, 0},
              new long[] {shape.get(0), k + stride * (out - 1) + 1, shape.get(2)},
              new long[] {1, stride, 1},
              (PtNDManager) scope));
    }
    return linear(NDArrays.concat(frames, 2), weight, bias);
  }

  /**
   * Convolution of images. Rows of a large batch go in parts: from 16 on the engine asks NNPACK,
   * which warns on stderr wherever it does not know the processor.
   *
   * @param x (batch, channels, height, width)
   * @param weight (out, channels / groups, kernel, kernel)
   * @param bias (out)
   * @param stride steps on both axes
   * @param padding zeros on all sides
   * @param groups 1 for plain, channels for depth-wise
   * @return (batch, out, height', width')
   */
  public static NDArray convolution2d(
      NDArray x, NDArray weight, NDArray bias, int stride, int padding, int groups) {
    long rows = x.getShape().get(0);
    if (rows > MOST_ROWS && groups == 1) {
      NDList parts = new NDList();
      for (long row = 0; row < rows; row += MOST_ROWS) {
        NDArray part = Tensors.narrow(x.getManager(), x, 0, row, Math.min(rows, row + MOST_ROWS));
        parts.add(convolution2d(part, weight, bias, stride, padding, groups));
      }
      return NDArrays.concat(parts, 0);
    }
    return JniUtils.convolution(
        (PtNDArray) x,
        (PtNDArray) weight,
        (PtNDArray) bias,
        new Shape(stride, stride),
        new Shape(padding, padding),
        new Shape(1, 1),
        groups);
  }
}
