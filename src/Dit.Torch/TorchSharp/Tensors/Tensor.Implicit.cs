using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>A tensor of one number and no dimensions.</summary>
        public static implicit operator Tensor(byte value) => Operator.Call("aten::scalar_tensor", (Scalar)value, ((Scalar)value).Type);

        /// <summary>A copy of an array as a tensor.</summary>
        public static implicit operator Tensor(byte[] value) => from_array(value);

        /// <summary>A tensor of one number and no dimensions.</summary>
        public static implicit operator Tensor(sbyte value) => Operator.Call("aten::scalar_tensor", (Scalar)value, ((Scalar)value).Type);

        /// <summary>A copy of an array as a tensor.</summary>
        public static implicit operator Tensor(sbyte[] value) => from_array(value);

        /// <summary>A tensor of one number and no dimensions.</summary>
        public static implicit operator Tensor(short value) => Operator.Call("aten::scalar_tensor", (Scalar)value, ((Scalar)value).Type);

        /// <summary>A copy of an array as a tensor.</summary>
        public static implicit operator Tensor(short[] value) => from_array(value);

        /// <summary>A tensor of one number and no dimensions.</summary>
        public static implicit operator Tensor(int value) => Operator.Call("aten::scalar_tensor", (Scalar)value, ((Scalar)value).Type);

        /// <summary>A copy of an array as a tensor.</summary>
        public static implicit operator Tensor(int[] value) => from_array(value);

        /// <summary>A tensor of one number and no dimensions.</summary>
        public static implicit operator Tensor(long value) => Operator.Call("aten::scalar_tensor", (Scalar)value, ((Scalar)value).Type);

        /// <summary>A copy of an array as a tensor.</summary>
        public static implicit operator Tensor(long[] value) => from_array(value);

        /// <summary>A tensor of one number and no dimensions.</summary>
        public static implicit operator Tensor(float value) => Operator.Call("aten::scalar_tensor", (Scalar)value, ((Scalar)value).Type);

        /// <summary>A copy of an array as a tensor.</summary>
        public static implicit operator Tensor(float[] value) => from_array(value);

        /// <summary>A tensor of one number and no dimensions.</summary>
        public static implicit operator Tensor(double value) => Operator.Call("aten::scalar_tensor", (Scalar)value, ((Scalar)value).Type);

        /// <summary>A copy of an array as a tensor.</summary>
        public static implicit operator Tensor(double[] value) => from_array(value);

        /// <summary>A tensor of one number and no dimensions.</summary>
        public static implicit operator Tensor(bool value) => Operator.Call("aten::scalar_tensor", (Scalar)value, ((Scalar)value).Type);

        /// <summary>A copy of an array as a tensor.</summary>
        public static implicit operator Tensor(bool[] value) => from_array(value);

        /// <summary>A tensor of one number and no dimensions.</summary>
        public static implicit operator Tensor(Scalar scalar) => Operator.Call("aten::scalar_tensor", scalar, scalar.Type);
    }
}
