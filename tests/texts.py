"""The texts that the policy fixes, character for character."""

from typing import Final

GREETING: Final = "您好,很高兴为您服务,请问您想了解关于直播设备租赁的哪方面问题呢?"
NOTICE: Final = (
    "您咨询的问题需要进一步核实,我会在15分钟内给您回电/留言说明,请您保持联系方式畅通"
)
CLOSING_QUESTION: Final = "请问还有其他关于设备租赁的问题需要了解吗?"
CLOSING_STATEMENT: Final = "若后续有任何问题,可随时通过官网公示的咨询渠道联系我们"
