"""Words that people in Viet Nam begin passwords with, without marks: what no list made elsewhere holds.

Letters run together as they are typed. It must not know how a password is weighed (`services.staff.passwords`).
"""

from __future__ import annotations

_RUN_TOGETHER = """
matkhau mat khau matkhaucu matkhaumoi matma dangnhap taikhoan nguoidung quantri quanly canbo admin alo
alokhaosat khaosat hailong chiso hoptacxa hop tac xa htx lienminh lienminhhtx lienminhhoptacxa vca quytindung
vietnam viet nam hanoi saigon hochiminh danang haiphong cantho hue bacninh bacgiang quangbinh nghean thanhhoa
hoangsa truongsa tohuong tuhao docbai motngay anhyeuem emyeuanh yeuem yeuanh toiyeuem toiyeu yeu conyeu
conyeume meyeucon bome giadinh vochong vuive hanhphuc tinhyeu minhyeu changbiet khongbiet khongnho quenroi
chaoban xinchao camon maimai mainho nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly
truong dinh nguyenvan nguyenthi tranvan tranthi levan lethi phamvan phamthi hoangvan hoangthi anh em an binh
chau cuong dung dat duc giang ha hai hang hanh hien hieu hoa hong hung huong khanh kien lan lien linh long mai
minh my nam nga ngan ngoc nhung phuc phuong quan quang quynh son tam tan thang thanh thao thu thuy tien toan
trang trung tu tuan tung tuyen van viet vinh xuan yen khongco motmotmot motha mothaiba mothaibabon muahe
muaxuan hoasen trangsang
"""
VIETNAMESE = tuple(_RUN_TOGETHER.split())
