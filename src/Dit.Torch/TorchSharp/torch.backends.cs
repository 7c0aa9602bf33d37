using Dit.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Switches of the libraries under the operators.</summary>
    public static class backends
    {
        /// <summary>Switches of CUDA.</summary>
        public static class cuda
        {
            /// <summary>Switches of matrix products.</summary>
            public static class matmul
            {
                /// <summary>Whether float32 matrix products may use TF32.</summary>
                public static bool allow_tf32
                {
                    get => TF32().Matmul;
                    set => SetTF32(value, TF32().Cudnn);
                }
            }
        }

        /// <summary>Switches of cuDNN.</summary>
        public static class cudnn
        {
            /// <summary>Whether float32 convolutions may use TF32.</summary>
            public static bool allow_tf32
            {
                get => TF32().Cudnn;
                set => SetTF32(TF32().Matmul, value);
            }
        }

        private static unsafe (bool Matmul, bool Cudnn) TF32()
        {
            int matmul, cudnn;
            NativeMethods.Check(NativeMethods.dit_tf32(&matmul, &cudnn));
            return (matmul != 0, cudnn != 0);
        }

        private static void SetTF32(bool matmul, bool cudnn) => NativeMethods.Check(NativeMethods.dit_set_tf32(matmul ? 1 : 0, cudnn ? 1 : 0));
    }
}
